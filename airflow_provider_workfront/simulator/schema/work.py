"""List the fields of projects, tasks and issues.

From appendix A of the reference; `notation` explains the signs.
"""

TABLE = """
[PROJ]
string: ID# URL# actualDurationExpression!~ actualWorkRequiredExpression!~ alignmentScoreCardID
  approvalProcessID approversString!~ autoBaselineRecurrenceType businessCaseStatusLabel!~ categoryID
  companyID completionType condition# conditionType^ convertedOpTaskName^ convertedOpTaskOriginatorID
  currency currentApprovalStepID customerID deliverableScoreCardID description# durationExpression!~
  eacCalculationMethod enteredByID extRefID# groupID lastConditionNoteID lastNoteID lastUpdatedByID
  levelingMode milestonePathID name# ownerID performanceIndexMethod# popAccountID portfolioID previousStatus
  programID progressStatus# queueDefID rejectionIssueID resourcePoolID scheduleID scheduleMode# sponsorID
  status# statusUpdate submittedByID summaryCompletionType teamID templateID updateType#
  workRequiredExpression!~ convertedOpTaskID>=22
string[]: BCCompletionState accessorIDs!~ auditTypes ownerPrivileges pendingUpdateMethods!
int: actualDurationMinutes actualWorkRequired autoBaselineRecurOn budgetStatus displayOrder durationMinutes
  numberOpenOpTasks optimizationScore# originalWorkRequired# plannedDateAlignment!~ plannedHoursAlignment!~
  portfolioPriority# priority# referenceNumber# risk# totalOpTaskCount! totalTaskCount! version
  workRequired^
double: actualBenefit$ actualCost!$ actualExpenseCost$ actualHoursLastMonth!~ actualHoursLastThreeMonths!~
  actualHoursThisMonth!~ actualHoursTwoMonthsAgo!~ actualLaborCost$ actualRevenue$ actualRiskCost$
  actualValue$ alignment# allApprovedHours!~ allUnapprovedHours!~ approvalPlannedStartDay!~ bcwp!# bcws!#
  billedRevenue$ budget$ budgetedCost$ budgetedHours# budgetedLaborCost$ completedHours!~ cpi# csi#
  deliverableSuccessScore deliverableSuccessScoreRatio!~ eac# fixedCost$ fixedRevenue$ percentComplete%#
  plannedBenefit$ plannedCost$ plannedExpenseCost$ plannedLaborCost$ plannedRevenue$ plannedRiskCost$
  plannedValue$ projectBudgetedCost!~$ projectNetValue!~$ projectRoi!~ remainingCost$ remainingRevenue$
  remainingRiskCost$ resourcePlannerBudgetedHours resourcePlannerBudgetedLaborCost$ riskPerformanceIndex#
  roi!~ spi# totalHours!~ work
boolean: enableAutoBaselines filterHourTypes hasBudgetConflict hasCalcError hasCompletionConstraint!~
  hasDocuments# hasExpenses# hasMessages# hasNotes# hasRateOverride# hasResolvables hasStartConstraint!~
  hasTimedNotifications hasTimelineException! isOriginalPlannedHoursSet isProjectDead!~ isStatusComplete!@
  personal selectedOnPortfolioOptimizer showCondition!~ showStatus!~
date: budgetedCompletionDate# budgetedStartDate#
dateTime: actualCompletionDate# actualStartDate# approvalCompletionDate# approvalEstStartDate!~
  approvalPlannedStartDate!~ approvalProjectedStartDate!~ approvalStartDate# convertedOpTaskEntryDate^
  entryDate# estCompletionDate# estStartDate# financeLastUpdateDate fixedEndDate# fixedStartDate#
  lastCalcDate lastUpdateDate# nextAutoBaselineDate pendingCalculation! plannedCompletionDate#
  plannedStartDate# projectedCompletionDate# projectedStartDate# syncBurndownDate
references: alignmentScoreCard>SCORE approvalProcess>ARVPRC category>CTGY company>CMPY
  convertedOpTaskOriginator>USER currentApprovalStep>ARVSTP customer>CUST defaultBaseline>BLIN
  deliverableScoreCard>SCORE enteredBy>USER exchangeRate>EXRATE group>GROUP initiative>INITIV
  issueDef>ISSDEF lastConditionNote>NOTE lastNote>NOTE lastUpdatedBy>USER milestonePath>MPATH owner>USER
  portfolio>PORT program>PRGM project>PROJ queueDef>QUED rejectionIssue>OPTASK resourcePool>RSPOOL
  schedule>SCHED sponsor>USER submittedBy>USER taskDef>TSKDEF team>TEAMOB template>TMPL
collections: accessRules>ACSRUL alignmentValues>SCANS allConditions>CSTEM allHours>HOUR allPriorities>CSTEM
  allStatuses>CSTEM approverStatuses>ARVSTS awaitingApprovals>AWAPVL baselines>BLIN billingRecords>BILL
  deliverableValues>SCANS documentRequests>DOCREQ documents>DOCU exchangeRates>EXRATE expenses>EXPNS
  hourTypes>HOURT hours>HOUR objectCategories>OBJCAT objectIntegrations>OBJINT projectUserRoles>PTEAM
  projectUsers>PRTU rates>RATE resolvables>OPTASK resourceManagers>RESMGR resourcePools>RSPL risks>RISK
  roles>ROLE routingRules>RRUL tasks>TASK updates>UPDATE
search: actualDuration actualWork allDocumentsOM allHoursOM allNotesOM awaitingApprovalStepApproversMM
  duration favoritedByUsersMM isComplete notes objectCategoriesMM opTasks opTasksOM openOpTasks
  pendingApproval pendingIssues projectID projectUserIDs projectUserRolesRolesMM projectUserRolesUsersMM
  projectUsersMM resourceManagerIDs roleIDs statusEquatesWith statusModifier
default: percentComplete plannedCompletionDate plannedStartDate priority projectedCompletionDate status
[TASK]
string: ID# URL# approvalProcessID approversString!~ assignedToID assignmentsListString!~ auditNote~-
  backlogParent~ billingRecordID categoryID color commitDateRange!~ convertedOpTaskName
  convertedOpTaskOriginatorID costType# currentApprovalStepID customerID description# durationExpression~
  durationType# durationUnit enteredByID extRefID# groupID iterationID kanbanBoardID kanbanFlag#
  lastConditionNoteID lastNoteID lastUpdatedByID levelingStartDelayExpression~ milestoneID name# parentID
  parentLagType# predecessorExpression~- previousStatus priorityColor~ progressStatus# projectID
  recurrenceRuleID rejectionIssueID resourceScope revenueType# roleID securityRootID! securityRootObjCode!
  status# statusEquatesWith~ statusUpdate submittedByID taskConstraint# taskNumberPredecessorString!~ teamID
  templateTaskID trackingMode# wbs workRequiredExpression~ workUnit~- convertedOpTaskID>=22
string[]: accessorIDs!~ auditTypes auditUserIDs~- pendingUpdateMethods! workPerDayList!~
int: actualDurationMinutes actualWorkRequired backlogOrder# condition# daysLate~ durationMinutes indent
  levelingStartDelayMinutes numberOfChildren# numberOpenOpTasks originalDuration# originalWorkRequired#
  plannedDateAlignment!~ plannedDurationMinutes plannedHoursAlignment!~ priority# projectedDurationMinutes
  recurrenceNumber referenceNumber# remainingDurationMinutes taskNumber# version workEffort# workRequired^
double: actualCost$ actualDuration actualExpenseCost$ actualLaborCost$ actualRevenue$ actualWork
  approvalPlannedStartDay!~ bcwp!# bcws!# billingAmount$ costAmount$ cpi# csi# duration eac# estimate~
  hoursPerPoint# levelingStartDelay parentLag# percentComplete%# plannedCost$ plannedDuration
  plannedExpenseCost$ plannedLaborCost$ plannedRevenue$ spi# storyPoints# work
boolean: canStart hasCompletionConstraint!@ hasDocuments# hasExpenses# hasMessages hasNotes hasResolvables
  hasStartConstraint!@ hasTimedNotifications# isAgile# isCritical isDurationLocked isLevelingExcluded#
  isReady# isStatusComplete!@ isWorkRequiredLocked pendingPredecessors!~# personal# showCommitDate!~
  showCondition!~ showStatus!~
date: slackDate#
dateTime: actualCompletionDate# actualStartDate# approvalCompletionDate# approvalEstStartDate#
  approvalPlannedStartDate# approvalProjectedStartDate# approvalStartDate# commitDate#
  completionPendingDate# constraintDate# convertedOpTaskEntryDate dueDate!~ entryDate# estCompletionDate#
  estStartDate# handoffDate# lastUpdateDate# pendingCalculation! plannedCompletionDate# plannedStartDate#
  projectedCompletionDate# projectedStartDate#
map: workPerDate!~
references: approvalProcess>ARVPRC assignedTo>USER billingRecord>BILL category>CTGY
  convertedOpTaskOriginator>USER currentApprovalStep>ARVSTP customer>CUST defaultBaselineTask>BSTSK
  enteredBy>USER group>GROUP iteration>ITRN kanbanBoard>KNBNBD lastConditionNote>NOTE lastNote>NOTE
  lastUpdatedBy>USER milestone>MILE parent>TASK primaryAssignment>ASSGN project>PROJ rejectionIssue>OPTASK
  role>ROLE submittedBy>USER team>TEAMOB teamAssignment>ASSGN templateTask>TTSK workItem>WRKITM
  convertedOpTask>OPTASK
collections: accessRules>ACSRUL allConditions>CSTEM allPriorities>CSTEM allStatuses>CSTEM
  approverStatuses>ARVSTS assignments>ASSGN awaitingApprovals>AWAPVL children>TASK documentRequests>DOCREQ
  documents>DOCU doneStatuses>CSTEM expenses>EXPNS hours>HOUR objectCategories>OBJCAT
  objectIntegrations>OBJINT opTasks>OPTASK openOpTasks>OPTASK predecessors>PRED resolvables>OPTASK
  successors>PRED updates>UPDATE
search: allNotesOM approvalRequired assignmentsRolesMM assignmentsUsersMM awaitingApprovalStepApproversMM
  currentRoleApproversMM currentUserApproversMM favoritedByUsersMM isApproval isComplete journalEntries
  notes objectCategoriesMM pendingApproval pendingIssues predecessorsMM projectCompanyMM
  projectMilestonePathMM projectOwnerID projectOwnerMM projectPortfolioID projectProgramID projectSponsorID
  projectUserIDs projectUserRolesOM projectUsersOM requeststatus statusModifier successorsMM
  teamTimelineableID
default: percentComplete plannedCompletionDate plannedStartDate priority projectedCompletionDate status
  progressStatus projectedStartDate taskNumber wbs
[OPTASK]
string: ID# actualWorkRequiredExpression~ ageRangeAsString!~ approvalProcessID approversString!~
  assignedToID backlogParent~ categoryID color commitDateRange!~ currentApprovalStepID customerID
  description# enteredByID extRefID# firstResponse!~ iterationID kanbanBoardID lastConditionNoteID
  lastNoteID lastUpdatedByID name# opTaskType# opTaskTypeLabel!~ ownerID previousStatus priorityColor~
  projectID queueTopicID referenceObjCode!~ referenceObjID!~ rejectionIssueID!~ resolutionTime!~
  resolveOpTaskID resolveProjectID resolveTaskID resolvingObjCode resolvingObjID roleID securityRootID!
  securityRootObjCode! sourceObjCode sourceObjID sourceTaskID status# statusUpdate submittedByID teamID url#
  workRequiredExpression~
string[]: accessorIDs!~ auditTypes
int: actualWorkRequired backlogOrder# condition# durationMinutes~ numberOfChildren!~ plannedDateAlignment!~
  plannedDurationMinutes plannedHoursAlignment!~ priority# projectedDurationMinutes referenceNumber#
  remainingDurationMinutes severity# storyBoardOrder version workRequired^
double: actualCost$ approvalPlannedStartDay!~ currentStatusDuration!~ estimate~ howOld!~ percentComplete%#
  storyPoints# work
boolean: canStart~ hasDocuments# hasMessages# hasNotes hasResolvables hasTimedNotifications isComplete
  isHelpDesk isReady# showCommitDate!~ showCondition!~ showStatus!~
dateTime: actualCompletionDate# actualStartDate# approvalCompletionDate# approvalEstStartDate!~
  approvalPlannedStartDate!~ approvalProjectedStartDate!~ approvalStartDate# autoClosureDate# commitDate#
  dueDate!~ entryDate# lastUpdateDate# plannedCompletionDate# plannedStartDate# projectedCompletionDate~
  projectedStartDate~
map: workPerDate!~
references: approvalProcess>ARVPRC assignedTo>USER category>CTGY currentApprovalStep>ARVSTP customer>CUST
  enteredBy>USER iteration>ITRN lastConditionNote>NOTE lastNote>NOTE lastUpdatedBy>USER owner>USER
  parent>TASK primaryAssignment>ASSGN project>PROJ queueTopic>QUET rejectionIssue>OPTASK
  resolveOpTask>OPTASK resolveProject>PROJ resolveTask>TASK role>ROLE sourceTask>TASK submittedBy>USER
  team>TEAMOB teamAssignment>ASSGN workItem>WRKITM
collections: accessRules>ACSRUL allConditions>CSTEM allPriorities>CSTEM allSeverities>CSTEM
  allStatuses>CSTEM approverStatuses>ARVSTS assignments>ASSGN awaitingApprovals>AWAPVL
  documentRequests>DOCREQ documents>DOCU doneStatuses>CSTEM hours>HOUR objectCategories>OBJCAT
  objectIntegrations>OBJINT resolvables>OPTASK updates>UPDATE
search: actualWork age allNotesOM assignmentsRolesMM assignmentsUsersMM awaitingApprovalStepApproversMM
  currentRoleApproversMM currentUserApproversMM favoritedByUsersMM groupMM handoffDate isOpTaskComplete
  journalEntries notes objectCategoriesMM ownerCompanyMM pendingApproval projectCompanyMM projectGroupID
  projectOwnerID projectPortfolioID projectPortfolioMM projectProgramID projectUserIDs projectUserRolesOM
  projectUsersOM queueDefOO requeststatus sourcetask statusEquatesWith statusModifier taskID
default: percentComplete plannedCompletionDate plannedStartDate priority projectedCompletionDate status
"""
