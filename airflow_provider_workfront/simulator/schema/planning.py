"""List the fields of what surrounds a project: portfolios, templates, assignments.

From appendix A and B of the reference; `notation` explains the signs.
"""

TABLE = """
[PORT]
string: ID alignmentScoreCardID categoryID currency customerID description enteredByID extRefID groupID
  lastUpdatedByID name overrideCurrency>=20 ownerID
string[]: accessorIDs!~ auditTypes
double: aligned budget$ netValue$ onBudget onTime roi
boolean: hasDocuments hasMessages hasNotes isActive
dateTime: entryDate lastUpdateDate
references: alignmentScoreCard>SCORE category>CTGY enteredBy>USER lastUpdatedBy>USER owner>USER group>GROUP
  customer>CUST
collections: accessRules>ACSRUL documentRequests>DOCREQ documents>DOCU groups>GROUP objectCategories>OBJCAT
  programs>PRGM projects>PROJ
[PRGM]
string: ID categoryID currency>=21 customerID description enteredByID extRefID groupID lastUpdatedByID name
  ownerID portfolioID
string[]: accessorIDs!~ auditTypes
boolean: hasDocuments hasMessages hasNotes isActive
dateTime: entryDate lastUpdateDate
references: category>CTGY enteredBy>USER lastUpdatedBy>USER owner>USER portfolio>PORT group>GROUP
  customer>CUST
collections: accessRules>ACSRUL documentRequests>DOCREQ documents>DOCU objectCategories>OBJCAT projects>PROJ
[TMPL]
string: ID URL approvalProcessID autoBaselineRecurrenceType categoryID companyID completionType
  conditionType currency customerID defaultForbiddenContributeActions defaultForbiddenManageActions
  defaultForbiddenViewActions deliverableScoreCardID description durationExpression enteredByID extRefID
  groupID lastNoteID lastUpdatedByID levelingMode milestonePathID name ownerID performanceIndexMethod
  portfolioID programID queueDefID scheduleID scheduleMode sponsorID summaryCompletionType teamID updateType
string[]: accessorIDs!~ ownerPrivileges pendingUpdateMethods
int: autoBaselineRecurOn completionDay durationMinutes olv priority referenceNumber risk startDay version
  workRequired
double: budget$ deliverableSuccessScore fixedCost$ fixedRevenue$ plannedBenefit$ plannedCost$
  plannedExpenseCost$ plannedLaborCost$ plannedRevenue$ plannedRiskCost$
boolean: enableAutoBaselines filterHourTypes hasDocuments hasExpenses hasNotes hasTimedNotifications
dateTime: entryDate lastUpdateDate pendingCalculation
references: approvalProcess>ARVPRC category>CTGY company>CMPY deliverableScoreCard>SCORE enteredBy>USER
  exchangeRate>EXRATE lastNote>NOTE lastUpdatedBy>USER milestonePath>MPATH owner>USER portfolio>PORT
  program>PRGM queueDef>QUED schedule>SCHED sponsor>USER team>TEAMOB group>GROUP customer>CUST
collections: accessRulePreferences>ARPREF accessRules>ACSRUL deliverableValues>SCANS documentRequests>DOCREQ
  documents>DOCU expenses>EXPNS groups>GROUP hourTypes>HOURT objectCategories>OBJCAT rates>RATE risks>RISK
  roles>ROLE routingRules>RRUL templateTasks>TTSK templateUserRoles>TTEAM templateUsers>TMTU updates>UPDATE
[TTSK]
string: ID URL approvalProcessID assignedToID assignmentsListString categoryID costType customerID
  description durationExpression durationType durationUnit enteredByID extRefID lastNoteID lastUpdatedByID
  masterTaskID milestoneID name parentID parentLagType predecessorExpression recurrenceRuleID revenueType
  roleID taskConstraint taskNumberPredecessorString teamID templateID trackingMode workRequiredExpression
  workUnit
string[]: accessorIDs!~ auditTypes pendingUpdateMethods
int: completionDay constraintDay durationMinutes indent levelingStartDelayMinutes numberOfChildren
  originalDuration originalWorkRequired plannedDurationMinutes priority recurrenceNumber referenceNumber
  startDay taskNumber workRequired
double: billingAmount$ costAmount$ duration levelingStartDelay parentLag plannedCost$ plannedDuration
  plannedExpenseCost$ plannedLaborCost$ plannedRevenue$ work
boolean: hasDocuments hasExpenses hasNotes hasTimedNotifications isCritical isDurationLocked
  isLevelingExcluded isWorkRequiredLocked
dateTime: entryDate lastUpdateDate pendingCalculation
references: approvalProcess>ARVPRC assignedTo>USER category>CTGY enteredBy>USER lastNote>NOTE
  lastUpdatedBy>USER masterTask>TTSK milestone>MILE parent>TTSK role>ROLE team>TEAMOB teamAssignment>ASSGN
  template>TMPL customer>CUST
collections: assignments>TASSGN children>TTSK documentRequests>DOCREQ documents>DOCU expenses>EXPNS
  objectCategories>OBJCAT predecessors>TPRED successors>TPRED
[TASSGN]
string: ID assignedToID roleID teamID templateTaskID templateID customerID
double: assignmentPercent# work#
int: workRequired#
boolean: isPrimary# isTeamAssignment#
references: assignedTo>USER role>ROLE team>TEAMOB templateTask>TTSK template>TMPL
[TPRED]
string: ID predecessorID successorID predecessorType# lagType# customerID
double: lagDays#
boolean: isCP# isEnforced#
references: predecessor>TTSK successor>TTSK
[ASSGN]
string: ID assignedByID assignedToID categoryID classifierID customerID feedbackStatus lastUpdatedByID
  opTaskID projectID roleID status taskID teamID workUnit
string[]: accessorIDs!~
int: olv workRequired
double: actualWorkCompleted assignmentPercent avgWorkPerDay plannedUserAllocationPercentage
  projectedAvgWorkPerDay projectedUserAllocationPercentage work
boolean: isPrimary isTeamAssignment
dateTime: actualWorkPerDayStartDate lastUpdateDate
references: assignedBy>USER assignedTo>USER opTask>OPTASK project>PROJ role>ROLE task>TASK team>TEAMOB
  workItem>WRKITM category>CTGY lastUpdatedBy>USER customer>CUST
collections: objectCategories>OBJCAT
[PRED]
string: ID customerID lagType predecessorID predecessorType successorID
double: lagDays
boolean: isCP isEnforced
references: predecessor>TASK successor>TASK customer>CUST
[PRTU]
string: ID projectID userID customerID
references: project>PROJ user>USER
[PTEAM]
string: ID projectID roleID userID customerID
references: project>PROJ role>ROLE user>USER
[RESMGR]
string: ID projectID resourceManagerID templateID customerID
references: project>PROJ resourceManager>USER template>TMPL
[ITRN]
string: ID URL categoryID customerID enteredByID goal lastUpdatedByID name ownerID status teamID
string[]: taskIDs
int: capacity
double: estimateCompleted focusFactor originalTotalEstimate percentComplete targetPercentComplete
  totalEstimate
boolean: hasDocuments hasNotes isLegacy
dateTime: endDate entryDate lastUpdateDate startDate
references: category>CTGY enteredBy>USER lastUpdatedBy>USER owner>USER team>TEAMOB customer>CUST
collections: documentRequests>DOCREQ documents>DOCU objectCategories>OBJCAT
[MILE]
string: ID color customerID description extRefID milestonePathID name
int: sequence
references: milestonePath>MPATH customer>CUST
[MPATH]
string: ID customerID description enteredByID extRefID name
dateTime: entryDate
references: enteredBy>USER customer>CUST
collections: groups>GROUP milestones>MILE
[BLIN]
string: ID condition customerID name progressStatus projectID
int: actualDurationMinutes actualWorkRequired durationMinutes workRequired
double: actualCost$ budget$ cpi csi eac$ percentComplete plannedCost$ spi
boolean: autoGenerated isDefault
dateTime: actualCompletionDate actualStartDate entryDate estCompletionDate estStartDate
  plannedCompletionDate plannedStartDate projectedCompletionDate projectedStartDate
references: project>PROJ customer>CUST
collections: baselineTasks>BSTSK
[BSTSK]
string: ID name# baselineID projectID taskID customerID
int: durationMinutes# workRequired#
double: percentComplete#
dateTime: entryDate# plannedStartDate# plannedCompletionDate#
boolean: isDefault#
references: baseline>BLIN project>PROJ task>TASK
[RISK]
string: ID customerID description extRefID mitigationDescription projectID riskTypeID status templateID
string[]: accessorIDs!~
double: actualCost$ estimatedEffect mitigationCost$ probability
references: project>PROJ riskType>RSKTYP template>TMPL customer>CUST
[RSKTYP]
string: ID name# description# extRefID customerID
[WRKITM]
string: ID assignmentID customerID extRefID objID objObjCode opTaskID projectID referenceObjectName taskID
  userID
string[]: accessorIDs!~
int: priority
boolean: isDead isDone
dateTime: doneDate lastViewedDate referenceObjectCommitDate snoozeDate
references: assignment>ASSGN opTask>OPTASK project>PROJ task>TASK user>USER customer>CUST
"""
