"""List the fields of what is logged, written, uploaded and paid.

From appendix A and B of the reference; `notation` explains the signs.
"""

TABLE = """
[HOUR]
string: ID approvedByID billingRecordID customerID description# dupID extRefID# hourTypeID lastUpdatedByID
  opTaskID ownerID projectID projectOverheadID ratesOrigin>=20 referenceObjCode~ referenceObjID~ roleID securityRootID!
  securityRootObjCode! status# taskID timesheetHourIdentifier@ timesheetID categoryID
string[]: accessorIDs!~
double: actualCost$# days# hours# resourceRevenue$# workHoursPerDay#
boolean: hasRateOverride#
date: entryDate#
dateTime: approvedOnDate# lastUpdateDate#
references: approvedBy>USER billingRecord>BILL customer>CUST hourType>HOURT lastUpdatedBy>USER opTask>OPTASK
  owner>USER project>PROJ projectOverhead>PROJ role>ROLE task>TASK timesheet>TSHET
search: ownerCompanyMM ownerHomeGroupMM ownerHomeTeamMM ownerManagerMM ownerOtherGroupIDs ownerOtherGroupsMM
  portfolioMM programMM projectCompanyMM projectGroupMM projectOwnerMM projectPortfolioID projectProgramID
  projectUserIDs projectUsersOM
default: entryDate hours status description
[HOURT]
string: ID appGlobalID customerID description descriptionKey displayObjObjCode extRefID name nameKey objID
  objObjCode overheadType scope
boolean: countAsRevenue isActive
references: customer>CUST
collections: timesheetprofiles>TSPRO users>USER
[TSHET]
string: ID approverID approversListString availableActions customerID displayName extRefID lastNoteID
  lastUpdatedByID status timesheetProfileID userID
double: hoursDuration overtimeHours regularHours totalHours
boolean: approverCanEditHours hasNotes isEditable
date: endDate startDate
dateTime: lastUpdateDate
references: approver>USER lastNote>NOTE lastUpdatedBy>USER timesheetProfile>TSPRO user>USER customer>CUST
collections: approvers>USER awaitingApprovals>AWAPVL hours>HOUR
[TSPRO]
string: ID PeriodStartDisplayName approverID approversListString customerID description enteredByID groupID
  name payPeriodType periodStart
boolean: approverCanEditHours isRecurring managerApproval
dateTime: effectiveEndDate effectiveStartDate
references: approver>USER enteredBy>USER group>GROUP customer>CUST
collections: approvers>USER hourTypes>HOURT
[NOTE]
string: ID attachDocumentID attachObjCode attachObjID attachOpTaskID attachWorkID attachWorkName
  attachWorkObjCode attachWorkUserID auditRecordID auditText auditType companyID customerID documentID
  extRefID iterationID noteObjCode noteText objID opTaskID ownerID parentEndorsementID parentJournalEntryID
  parentNoteID portfolioID programID projectID referenceObjectName richTextNoteID subject taskID templateID
  templateTaskID threadID timesheetID topNoteObjCode topObjID topReferenceObjectName userID
string[]: accessorIDs!~
int: indent numLikes numReplies
boolean: emailUsers hasReplies isDeleted isMessage isPrivate isReply
dateTime: entryDate formatEntryDate threadDate
references: attachDocument>DOCU attachOpTask>OPTASK attachWorkUser>USER document>DOCU iteration>ITRN
  opTask>OPTASK owner>USER parentJournalEntry>JRNLE parentNote>NOTE portfolio>PORT program>PRGM project>PROJ
  task>TASK template>TMPL templateTask>TTSK timesheet>TSHET user>USER company>CMPY richTextNote>RHNOTE
  customer>CUST
collections: replies>NOTE tags>NTAG
default: noteText entryDate ownerID noteObjCode objID
[NTAG]
string: ID customerID noteID objID objObjCode referenceObjectName teamID userID
int: length startIdx
references: note>NOTE team>TEAMOB user>USER customer>CUST
[RHNOTE]
string: ID noteID noteText# customerID
references: note>NOTE
[UPDATE]
string: ID updateType# updateObjCode# updateObjID refObjCode# refObjID refName# topObjCode# topObjID
  topName# message# enteredByID enteredByName# customerID
dateTime: entryDate#
references: enteredBy>USER
[DOCU]
string: ID# advancedProofingOptions~ categoryID checkedOutByID currentVersionID customerID description#
  docObjCode documentProviderID~- documentRequestID downloadURL~ extRefID# externalIntegrationType~-
  fileType~- handle~- iterationID lastNoteID lastUpdatedByID lastVersionNum name# objID opTaskID ownerID
  portfolioID previewURL~ programID projectID publicToken! referenceObjCode!~ referenceObjID!~
  referenceObjectClosed!~ referenceObjectName!~ releaseVersionID securityRootID! securityRootObjCode! taskID
  templateID templateTaskID topDocObjCode topObjID userID
string[]: accessorIDs!~ folderIDs~-
int: referenceNumber#
boolean: createProof~ hasNotes# isPrivate# isPublic
dateTime: checkOutTimestamp# lastModDate lastSyncDate lastUpdateDate#
references: category>CTGY checkedOutBy>USER currentVersion>DOCV customer>CUST documentRequest>DOCREQ
  iteration>ITRN lastNote>NOTE lastUpdatedBy>USER opTask>OPTASK owner>USER portfolio>PORT program>PRGM
  project>PROJ releaseVersion>DOCV task>TASK template>TMPL templateTask>TTSK user>USER
collections: accessRules>ACSRUL approvals>DOCAPL awaitingApprovals>AWAPVL folders>DOCFDR groups>GROUP
  objectCategories>OBJCAT subscribers>USER versions>DOCV
search: allApprovalsOM documentShareUsersMM groupIDs isDir issueID notes objectCategoriesMM projectUsersOM
  subscriberIDs
[DOCV]
string: ID advancedProofingOptions customerID docStatus documentID documentProviderID documentTypeLabel
  enteredByID ext externalDownloadURL externalIntegrationType externalPreviewURL externalSaveLocation
  externalStorageID fileName fileType formatDocSize handle icon location proofID proofStageID proofStatus
  proofStatusMsgKey version virusScan virusScanTimestamp
string[]: accessorIDs!~
int: docSize
boolean: createProof isProofAutomated isProofable
dateTime: entryDate formatEntryDate proofStatusDate
references: document>DOCU enteredBy>USER customer>CUST
[DOCFDR]
string: ID customerID enteredByID issueID iterationID linkedFolderID name parentID portfolioID programID
  projectID taskID templateID templateTaskID userID
string[]: accessorIDs!~
dateTime: entryDate lastModDate
references: enteredBy>USER issue>OPTASK iteration>ITRN linkedFolder>LNKFDR parent>DOCFDR portfolio>PORT
  program>PRGM project>PROJ task>TASK template>TMPL templateTask>TTSK user>USER customer>CUST
collections: children>DOCFDR documents>DOCU
[DOCREQ]
string: ID customerID description extRefID iterationID masterTaskID opTaskID portfolioID programID projectID
  refObjCode refObjID requesteeID requestorID status taskID templateID templateTaskID userID
string[]: accessorIDs!~
dateTime: completionDate entryDate formatEntryDate
references: iteration>ITRN masterTask>TTSK opTask>OPTASK portfolio>PORT program>PRGM project>PROJ
  requestee>USER requestor>USER task>TASK template>TMPL templateTask>TTSK user>USER customer>CUST
[DOCAPL]
string: ID approverID autoDocumentShareID customerID documentID noteID requestorID status
dateTime: approvalDate requestDate
references: approver>USER document>DOCU note>NOTE requestor>USER customer>CUST
[EXPNS]
string: ID billingRecordID categoryID customerID description enteredByID expObjCode expenseTypeID extRefID
  lastUpdatedByID masterTaskID objID projectID referenceObjCode referenceObjID referenceObjectName taskID
  templateID templateTaskID topObjCode topObjID topReferenceObjCode topReferenceObjID
string[]: accessorIDs!~
double: actualAmount$ actualUnitAmount$ plannedAmount$ plannedUnitAmount$
boolean: isBillable isReimbursable isReimbursed
date: effectiveDate plannedDate
dateTime: entryDate lastUpdateDate
references: billingRecord>BILL category>CTGY enteredBy>USER expenseType>EXPTYP lastUpdatedBy>USER
  masterTask>TTSK project>PROJ task>TASK template>TMPL templateTask>TTSK customer>CUST
collections: objectCategories>OBJCAT
[EXPTYP]
string: ID appGlobalID customerID description descriptionKey displayPer displayRateUnit extRefID name
  nameKey objID objObjCode rateUnit
double: rate
references: customer>CUST
[BILL]
string: ID customerID description displayName extRefID invoiceID poNumber projectID status
string[]: accessorIDs!~
double: amount$ otherAmount$
dateTime: billingDate entryDate>=20
references: project>PROJ customer>CUST
collections: billableTasks>TASK expenses>EXPNS hours>HOUR
[EXRATE]
string: ID currency customerID extRefID projectID templateID
double: rate
dateTime: lastUpdateDate>=19
references: customer>CUST project>PROJ template>TMPL
[RATE]
string: ID companyID customerID extRefID projectID roleID templateID userID
string[]: accessorIDs!~
double: rateValue$ value$>=20
references: company>CMPY project>PROJ role>ROLE template>TMPL user>USER customer>CUST
[JRNLE]
string: ID approverStatusID assignmentID auditRecordID aux1 aux2 aux3 baselineID billingRecordID changeType
  customerID documentApprovalID documentID documentShareID editedByID expenseID extRefID fieldName flags
  hourID newTextVal objID objObjCode oldTextVal opTaskID portfolioID programID projectID referenceObjectName
  subObjCode subObjID subReferenceObjectName taskID templateID timesheetID topObjCode topObjID
  topReferenceObjectName userID
string[]: accessorIDs!~
int: durationMinutes numLikes numReplies
double: newNumberVal oldNumberVal
dateTime: entryDate newDateVal oldDateVal
references: approverStatus>ARVSTS assignment>ASSGN baseline>BLIN billingRecord>BILL document>DOCU
  documentApproval>DOCAPL editedBy>USER expense>EXPNS hour>HOUR opTask>OPTASK portfolio>PORT program>PRGM
  project>PROJ task>TASK template>TMPL timesheet>TSHET user>USER customer>CUST
collections: replies>NOTE
"""
