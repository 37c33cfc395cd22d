"""List every object type: code, API name and operations (reference 6.1 and 6.2).

`*` marks a secondary type, which has no address of its own. The letters are operations; a type
that reference 6.1 does not describe is taken for read-only.
"""

OPERATIONS = {
    "G": ("get", "search", "count", "report"),
    "C": ("add",),
    "U": ("edit",),
    "D": ("delete",),
    "P": ("copy",),
    "R": ("replace",),
}

INDEX = """
ACK=Acknowledgement:G ACSLVL=AccessLevel:GCUDR ACSREQ=AccessRequest:GCUD ACSRUL=AccessRule*
ACTLOG=ActivityLog:G AGLEWK=AgileWork:G ALVPER=AccessLevelPermissions* ANCMNT=Announcement:G
ANCREC=AnnouncementRecipient* ANMATT=AnnouncementAttachment:G APIVMD=APIVersionMetadata:G
APPROVAL=Approval: ARPREF=AccessRulePreference* ARVPRC=ApprovalProcess:GCUD ARVPTH=ApprovalPath:G
ARVSTP=ApprovalStep* ARVSTS=ApproverStatus* ASSGN=Assignment:GCUD AUDS=AuditLoginAsSession:G
AUTHTK=ExternalAuthToken:G AVATAR=Avatar:G AWAPVL=AwaitingApproval:GCD BCRUMB=BreadCrumb:G
BDNEVT=BurndownEvent:G BGHR=BudgetedHour:GCD BILL=BillingRecord:GCUD BKGJOB=BackgroundJob:G
BLIN=Baseline:GCUD BSTSK=BaselineTask:G CALENT=CalendarEntry:G CALPTL=CalendarPortalSection:G
CALSEC=CalendarSection:G CATACR=CategoryAccessRule:G CEEREF=CalendarEntryExternalReference:G
CLSF=Classifier:G CMPY=Company:GCUDR CSTEM=CustomEnum:GCUD CSTQRT=CustomQuarter:G
CTCSRL=CategoryCascadeRule* CTCSRM=CategoryCascadeRuleMatch* CTGPEX=CategoryParameterExpression*
CTGY=Category:GCUD CTGYPA=CategoryParameter* CUST=Customer: CUSTPR=CustomerPreferences:G
CXTHP=ContextSensitiveHelp:G DIAG=Diagnostic* DMETAG=DocMetadataLinkGroup:G DMETAL=DocMetadataLink:G
DOCAPL=DocumentApproval:GCUD DOCFDR=DocumentFolder:GCUD DOCREQ=DocumentRequest:GCUD DOCU=Document:GCUD
DOCV=DocumentVersion:GC ENDR=Endorsement:G ENDSHR=EndorsementShare:G EWS=EwsFileHandle:G
EXPNS=Expense:GCUD EXPTYP=ExpenseType:GCUDR EXRATE=ExchangeRate:G EXTCFG=ExternalProviderConfig:G
EXTDOC=ExternalDocument:G EXTSEC=ExternalSection:G FINDAT=FinancialData:G FVRITE=Favorite:G
GRCVAL=RichTextGroupParameterValue* GROUP=Group:GCUDR HOUR=Hour:GCUD HOURPV=HourParameterValue*
HOURT=HourType:GCUDR HRRTPV=RichTextHourParameterValue* INITIV=Initiative:G IPRAGE=IPRange:G
ISSDEF=IssueDef* ITRN=Iteration:GCUD JRNLE=JournalEntry:G JRNLF=JournalField:G KNBNBD=KanbanBoard:G
LGAARL=LoginAsAdditionalRule* LGACRL=LoginAsAccessRule* LGASET=LoginAsSettings* LIKE=Like:G
LNKFDR=LinkedFolder* LTGLMT=LicenseTypeGroupLimit* LTMCL=CustomLabel:G LYTMPL=LayoutTemplate:G
MILE=Milestone:GCUD MPATH=MilestonePath:GCUD MSGARG=MessageArg* NONWKD=NonWorkDay* NOTE=Note:GCUD
NTAG=NoteTag:G OBJCAT=ObjectCategory:G OBJINT=ObjectIntegration* OPTASK=OpTask:GCUDP
ORGREQ=OriginalRequest:G PARAM=Parameter:GCUD PGRP=ParameterGroup:GCUD PLSLSV=PortalSectionLastViewer:G
PLSVST=PortalSectionStatisticInfo:G POPT=ParameterOption:GCUD PORT=Portfolio:GCUD PRED=Predecessor*
PRFACT=ProofAction:G PRFAPL=ProofApproval:G PRFAS=ProofApprovalStatus* PRFMD=ProofFileMetadata*
PRGM=Program:GCUD PRMDTX=ParameterDescriptiveText* PROJ=Project:GCUDP PROOF=Proof:G
PRTBSC=PortalTabSection* PRTU=ProjectUser* PTEAM=ProjectUserRole* PTLSEC=PortalSection:GCUD
PTLTAB=PortalTab:GCUD QUED=QueueDef:G QUET=QueueTopic:GCUD QUETGP=QueueTopicGroup:G RATE=Rate:GCUD
RCHVAL=RichTextParameterValue* RECENT=Recent:G RESMGR=ResourceManager:G RESVT=ReservedTime:GCUD
RHNOTE=RichTextNote:G RISK=Risk:GCUD ROLE=Role:GCUDR RPBGHR=ReportableBudgetedHour:G
RPFL=ResourcePlannerFilter:G RPSHFD=ReportShareableFolder:G RPTFDR=ReportFolder* RRUL=RoutingRule:GCUD
RSCONT=ResourceContour:G RSKTYP=RiskType:G RSPL=RsrcPool:G RSPOOL=ResourcePool:G SCANS=ScoreCardAnswer*
SCHED=Schedule:GCUD SCHREP=ScheduledReport:G SCOPT=ScoreCardOption* SCORE=ScoreCard:G
SCOREQ=ScoreCardQuestion* SPAPVR=StepApprover* SRCEVT=SearchEvent* SUBSCR=Subscribe:G TASK=Task:GCUDP
TASSGN=TemplateAssignment:GCUD TEAMMB=TeamMember* TEAMMR=TeamMemberRole* TEAMOB=Team:GCUD
TMPL=Template:GCUD TMTU=TemplateUser* TPRED=TemplatePredecessor* TSHET=Timesheet:GCUD TSKDEF=TaskDef*
TSPRO=TimesheetProfile:GCUDR TTEAM=TemplateUserRole* TTSK=TemplateTask:GCUD
UHCCFG=UserHomeCalendarPreference:G UIFT=UIFilter:GCUDP UIGB=UIGroupBy:GCUDP UITMPL=UITemplate:G
UIVW=UIView:GCUDP UPDATE=Update: USER=User:GCUDR USERPF=UserPrefValue:G USOP=UserObjectPref:G
USRAPV=UserApproval:G USRAVL=UserAvailability:GCD USRDEL=UserDelegation:GCUD USRGPS=UserGroups*
USRLOC=UserLocation:G USRNOT=UserNote:GC USRROL=UserRole* WORK=Work:G WRKITM=WorkItem:GUD
"""

LABELS = {
    "OPTASK": "Issue",
    "CSTEM": "Custom Enum",
    "TTSK": "Template Task",
    "HOURT": "Hour Type",
    "DOCV": "Document Version",
    "DOCFDR": "Document Folder",
    "ACSLVL": "Access Level",
    "TSPRO": "Timesheet Profile",
    "PTLSEC": "Report",
    "PTLTAB": "Dashboard",
}

FLAGS = {  # reference 6.1 and appendix A
    "DATA_EXTENDIBLE": "PROJ TASK OPTASK USER DOCU PORT PRGM TMPL TTSK CMPY EXPNS ITRN BILL GROUP TEAMOB ASSGN HOUR",
    "RESTORABLE": "PROJ TASK OPTASK DOCU TMPL",  # rule 98
    "SHARABLE": "PROJ TASK OPTASK DOCU PORT PRGM TMPL CMPY PTLSEC PTLTAB UIFT UIGB UIVW",
    "PUBLIC_SHARABLE": "DOCU",
    "REPORTABLE": "PROJ TASK OPTASK USER DOCU HOUR PORT PRGM TMPL TTSK NOTE ASSGN EXPNS CMPY GROUP TEAMOB ROLE TSHET",
    "RESOURCE_MANAGEABLE": "PROJ",
}

ALIASES = {"ISSUE": "OPTASK"}  # rule 4

REMOVED = {"USRLOC": 22}  # reference 1.4: answered 410 from that version on
