"""The object types of Workfront: codes, names, and where one is seen in the browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

INDEX = """
ACK=Acknowledgement ACSLVL=AccessLevel ACSREQ=AccessRequest ACSRUL=AccessRule* ACTLOG=ActivityLog
AGLEWK=AgileWork ALVPER=AccessLevelPermissions* ANCMNT=Announcement ANCREC=AnnouncementRecipient*
ANMATT=AnnouncementAttachment APIVMD=APIVersionMetadata APPROVAL=Approval ARPREF=AccessRulePreference*
ARVPRC=ApprovalProcess ARVPTH=ApprovalPath ARVSTP=ApprovalStep* ARVSTS=ApproverStatus* ASSGN=Assignment
AUDS=AuditLoginAsSession AUTHTK=ExternalAuthToken AVATAR=Avatar AWAPVL=AwaitingApproval BCRUMB=BreadCrumb
BDNEVT=BurndownEvent BGHR=BudgetedHour BILL=BillingRecord BKGJOB=BackgroundJob BLIN=Baseline
BSTSK=BaselineTask CALENT=CalendarEntry CALPTL=CalendarPortalSection CALSEC=CalendarSection
CATACR=CategoryAccessRule CEEREF=CalendarEntryExternalReference CLSF=Classifier CMPY=Company
CSTEM=CustomEnum CSTQRT=CustomQuarter CTCSRL=CategoryCascadeRule* CTCSRM=CategoryCascadeRuleMatch*
CTGPEX=CategoryParameterExpression* CTGY=Category CTGYPA=CategoryParameter* CUST=Customer
CUSTPR=CustomerPreferences CXTHP=ContextSensitiveHelp DIAG=Diagnostic* DMETAG=DocMetadataLinkGroup
DMETAL=DocMetadataLink DOCAPL=DocumentApproval DOCFDR=DocumentFolder DOCREQ=DocumentRequest DOCU=Document
DOCV=DocumentVersion ENDR=Endorsement ENDSHR=EndorsementShare EWS=EwsFileHandle EXPNS=Expense
EXPTYP=ExpenseType EXRATE=ExchangeRate EXTCFG=ExternalProviderConfig EXTDOC=ExternalDocument
EXTSEC=ExternalSection FINDAT=FinancialData FVRITE=Favorite GRCVAL=RichTextGroupParameterValue* GROUP=Group
HOUR=Hour HOURPV=HourParameterValue* HOURT=HourType HRRTPV=RichTextHourParameterValue* INITIV=Initiative
IPRAGE=IPRange ISSDEF=IssueDef* ITRN=Iteration JRNLE=JournalEntry JRNLF=JournalField KNBNBD=KanbanBoard
LGAARL=LoginAsAdditionalRule* LGACRL=LoginAsAccessRule* LGASET=LoginAsSettings* LIKE=Like
LNKFDR=LinkedFolder* LTGLMT=LicenseTypeGroupLimit* LTMCL=CustomLabel LYTMPL=LayoutTemplate MILE=Milestone
MPATH=MilestonePath MSGARG=MessageArg* NONWKD=NonWorkDay* NOTE=Note NTAG=NoteTag OBJCAT=ObjectCategory
OBJINT=ObjectIntegration* OPTASK=OpTask ORGREQ=OriginalRequest PARAM=Parameter PGRP=ParameterGroup
PLSLSV=PortalSectionLastViewer PLSVST=PortalSectionStatisticInfo POPT=ParameterOption PORT=Portfolio
PRED=Predecessor* PRFACT=ProofAction PRFAPL=ProofApproval PRFAS=ProofApprovalStatus*
PRFMD=ProofFileMetadata* PRGM=Program PRMDTX=ParameterDescriptiveText* PROJ=Project PROOF=Proof
PRTBSC=PortalTabSection* PRTU=ProjectUser* PTEAM=ProjectUserRole* PTLSEC=PortalSection PTLTAB=PortalTab
QUED=QueueDef QUET=QueueTopic QUETGP=QueueTopicGroup RATE=Rate RCHVAL=RichTextParameterValue* RECENT=Recent
RESMGR=ResourceManager RESVT=ReservedTime RHNOTE=RichTextNote RISK=Risk ROLE=Role
RPBGHR=ReportableBudgetedHour RPFL=ResourcePlannerFilter RPSHFD=ReportShareableFolder RPTFDR=ReportFolder*
RRUL=RoutingRule RSCONT=ResourceContour RSKTYP=RiskType RSPL=RsrcPool RSPOOL=ResourcePool
SCANS=ScoreCardAnswer* SCHED=Schedule SCHREP=ScheduledReport SCOPT=ScoreCardOption* SCORE=ScoreCard
SCOREQ=ScoreCardQuestion* SPAPVR=StepApprover* SRCEVT=SearchEvent* SUBSCR=Subscribe TASK=Task
TASSGN=TemplateAssignment TEAMMB=TeamMember* TEAMOB=Team TMPL=Template TMTU=TemplateUser*
TPRED=TemplatePredecessor* TSHET=Timesheet TSKDEF=TaskDef* TSPRO=TimesheetProfile TTEAM=TemplateUserRole*
TTSK=TemplateTask UHCCFG=UserHomeCalendarPreference UIFT=UIFilter UIGB=UIGroupBy UITMPL=UITemplate
UIVW=UIView UPDATE=Update USER=User USERPF=UserPrefValue USOP=UserObjectPref USRAPV=UserApproval
USRAVL=UserAvailability USRDEL=UserDelegation USRGPS=UserGroups* USRNOT=UserNote USRROL=UserRole* WORK=Work
WRKITM=WorkItem
"""
"""Code=Name of every object type in the index of API version 22 (reference 6.2); `*` marks secondary ones."""

ALIASES = {"ISSUE": "OPTASK"}

PAGES = {
    "PROJ": "project",
    "TASK": "task",
    "OPTASK": "issue",
    "PORT": "portfolio",
    "PRGM": "program",
    "TMPL": "template",
    "TTSK": "templatetask",
    "DOCU": "document",
    "USER": "user",
    "TEAMOB": "team",
    "GROUP": "group",
    "CMPY": "company",
    "TSHET": "timesheet",
    "ITRN": "iteration",
    "PTLSEC": "report",
    "PTLTAB": "dashboard",
}
"""The word in the address of an object's page: inferred from addresses in browsers, documented nowhere."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object type; a secondary one is read and written only through its parent."""

    code: str
    name: str
    secondary: bool = False


def object_type(text: str) -> ObjectType | None:
    """Find a type by its code, name or alias, in any case."""
    return _types().get(text.strip().upper())


def segment(obj_code: str) -> str:
    """Give the path segment of an object type; an unknown code passes, since versions add types."""
    known = object_type(obj_code)
    code = known.code if known else obj_code.strip()
    if not re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)*", code):
        raise ValueError(f"{obj_code!r} is not an object code, such as PROJ or TASK")
    return code.lower()


def resembling(obj_code: str) -> list[str]:
    """Give the object codes that look most like a misspelt one."""
    matches = get_close_matches(obj_code.strip().upper(), _types(), n=3, cutoff=0.6)
    return list(dict.fromkeys(_types()[match].code for match in matches))


def browser_url(base_url: str, obj_code: str, obj_id: str) -> str | None:
    """Give the address of an object's page in Workfront; None for a type that has no page of its own."""
    known = object_type(obj_code)
    page = PAGES.get(known.code) if known else None
    return f"{base_url.rstrip('/')}/{page}/{obj_id}" if page else None


@cache
def _types() -> dict[str, ObjectType]:
    """Key every type by code, name and alias, all in capitals."""
    found = {}
    for entry in INDEX.split():
        code, name = entry.rstrip("*").split("=")
        found[code] = ObjectType(code, name, entry.endswith("*"))
    by_name = {kind.name.upper(): kind for kind in found.values()}
    return by_name | found | {alias: found[code] for alias, code in ALIASES.items()}
