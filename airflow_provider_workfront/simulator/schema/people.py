"""List the fields of people, their groups and their calendars.

From appendix A and B of the reference; `notation` explains the signs.
"""

TABLE = """
[USER]
string: ID# accessLevelID address# address2# alignAccessType!~ avatarDownloadURL~ categoryID# city#
  companyID# country# customerID defaultHourTypeID# delegationToID emailAddr# enteredByID extRefID#
  firstName# homeGroupID# homeTeamID# lastEnteredNoteID lastName# lastNoteID lastUpdatedByID
  latestUpdateNoteID layoutTemplateID licenseType# locale managerID# mobilePhoneNumber# myInfo# name#
  password- persona phoneExtension# phoneNumber# portalProfileID postalCode# resourcePoolID roleID#
  scheduleID ssoUsername state# statusUpdate timeZone timesheetProfileID title# uiTemplateID username
string[]: webDAVProfile
int: avatarSize avatarX avatarY defaultInterface# loginCount#
double: billingPerHour$# costPerHour$# fte# workHoursPerDay# workTime#
boolean: hasAPIAccess hasDocuments# hasNotes hasPassword!~ hasProofLicense hasReservedTimes isActive#
  isAdmin!~ isBoxAuthenticated!~ isDropBoxAuthenticated!~ isGoogleAuthenticated!~
  isSharePointAuthenticated!~ isWebDAMAuthenticated!~ logTimeInDays# ssoAccessOnly
dateTime: actualDeactivationDate# apiKeyCreateDate avatarDate entryDate# lastLoginDate# lastUpdateDate#
  passwordDate registrationExpireDate resetPasswordExpireDate scheduledDeactivationDate#
references: accessLevel>ACSLVL category>CTGY company>CMPY customer>CUST defaultHourType>HOURT
  delegationTo>USRDEL effectiveLayoutTemplate>LYTMPL enteredBy>USER highPriorityWorkItem>WRKITM
  homeGroup>GROUP homeTeam>TEAMOB lastEnteredNote>NOTE lastNote>NOTE lastStatusNote>NOTE lastUpdatedBy>USER
  latestUpdateNote>NOTE layoutTemplate>LYTMPL manager>USER resourcePool>RSPOOL role>ROLE schedule>SCHED
  uiTemplate>UITMPL userApproval>USRAPV
collections: delegationsFrom>USRDEL directReports>USER documentRequests>DOCREQ documents>DOCU
  favorites>FVRITE hourTypes>HOURT loginAsAccessRules>LGACRL messages>NOTE objectCategories>OBJCAT
  rates>RATE reservedTimes>RESVT resourcePools>RSPL teams>TEAMOB timesheetProfileHourTypes>HOURT
  uiFilters>UIFT uiGroupBys>UIGB uiViews>UIVW updates>UPDATE userGroups>USRGPS userLocations>USRLOC
  userPrefValues>USERPF userRoles>USRROL workItems>WRKITM
search: notes objectCategoriesMM otherGroupIDs otherGroups projectsMM roleIDs roles teamIDs templatesMM
  userNotes
[TEAMOB]
string: ID customerID description groupID layoutTemplateID myWorkViewID name opTaskBugReportStatuses
  opTaskChangeOrderStatuses opTaskIssueStatuses opTaskRequestStatuses ownerID requestsViewID scheduleID
  taskStatuses teamStoryBoardStatuses teamType
int: defaultInterface
double: hoursPerPoint
boolean: estimateByHours isAgile isStandardIssueList
references: layoutTemplate>LYTMPL myWorkView>UIVW owner>USER requestsView>UIVW schedule>SCHED group>GROUP
  customer>CUST
collections: backlogTasks>TASK teamMemberRoles>TEAMMR teamMembers>TEAMMB updates>UPDATE users>USER
  objectCategories>OBJCAT
[TEAMMB]
string: ID customerID teamID userID
boolean: adhocTeam hasAssignPermissions
references: team>TEAMOB user>USER customer>CUST
[TEAMMR]
string: ID roleID teamID userID customerID
references: role>ROLE team>TEAMOB user>USER
[GROUP]
string: ID businessLeaderID categoryID currency>=20 customerID description enteredByID extRefID name
  parentID rootID
int: defaultInterface
dateTime: entryDate
references: enteredBy>USER parent>GROUP root>GROUP businessLeader>USER category>CTGY customer>CUST
collections: children>GROUP userGroups>USRGPS objectCategories>OBJCAT
[USRGPS]
string: ID groupID userID customerID
boolean: isOwner#
references: group>GROUP user>USER
[ROLE]
string: ID customerID description enteredByID extRefID layoutTemplateID name
int: defaultInterface maxUsers
double: billingPerHour$ costPerHour$
dateTime: entryDate lastUpdateDate>=19
references: enteredBy>USER layoutTemplate>LYTMPL customer>CUST
default: description maxUsers
[USRROL]
string: ID roleID userID customerID
references: role>ROLE user>USER
[CMPY]
string: ID categoryID customerID enteredByID extRefID groupID lastUpdatedByID name
int: defaultInterface
boolean: hasRateOverride isPrimary
dateTime: entryDate lastUpdateDate
references: category>CTGY enteredBy>USER lastUpdatedBy>USER group>GROUP customer>CUST
collections: objectCategories>OBJCAT rates>RATE
[CUST]
string: ID name# currency# timeZone# locale# country# domain# customerID
int: apiConcurrencyLimit#
dateTime: entryDate#
[SCHED]
string: ID customerID enteredByID extRefID groupID name timeZone
double: friday monday saturday sunday thursday tuesday wednesday
boolean: hasNonWorkDays isDefault
dateTime: entryDate
references: enteredBy>USER group>GROUP customer>CUST
collections: nonWorkDays>NONWKD otherGroups>GROUP
[NONWKD]
string: ID objID objObjCode# scheduleID userID customerID
date: nonWorkDate#
references: schedule>SCHED user>USER
[RESVT]
string: ID taskID userID customerID
dateTime: startDate# endDate#
references: task>TASK user>USER
[USRDEL]
string: ID fromUserID toUserID customerID
dateTime: startDate# endDate#
references: fromUser>USER toUser>USER
[ACSLVL]
string: ID name# description# extRefID licenseType# customerID
int: displayOrder# rank#
boolean: isAdmin#
dateTime: lastUpdateDate#
"""
