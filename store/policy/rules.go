package policy

// rule makes a finding about a key, if there is one to make. What is unknown
// makes none: nobody should act on what no exchange said.
type rule struct {
	code  string
	judge func(*subject) (Finding, bool)
}

// ruleList is every rule; among findings of one severity its order counts.
var ruleList = []rule{
	{CodeExpired, expired},
	{CodeOverdue, overdue},
	{CodeMayBeGone, mayBeGone},
	{CodeRevokedAlive, revokedAlive},
	{CodeSecretMissing, secretMissing},
	{CodeRejected, rejected},
	{CodeClock, clockOff},
	{CodeWithdraw, withdrawEnabled},
	{CodeAdmin, adminEnabled},
	{CodePermissions, permissionsChanged},
	{CodeIPChanged, ipsChanged},
	{CodeAccount, accountChanged},
	{CodeExpiresSoon, expiresSoon},
	{CodeDeletedSoon, deletedSoon},
	{CodeLosesRights, losesRights},
	{CodeDueSoon, dueSoon},
	{CodeNoIPList, noIPList},
	{CodeBroadIPs, broadIPs},
	{CodeMixed, mixed},
	{CodeDuplicate, duplicate},
	{CodeShared, shared},
	{CodeUnmanaged, unmanaged},
	{CodeOverPriv, overPrivileged},
	{CodeTransfer, transferEnabled},
	{CodeFlow, flowUnfinished},
	{CodeNotHere, notHere},
	{CodeMoved, moved},
	{CodeUnreachable, unreachable},
	{CodeUnverified, unverified},
	{CodeStale, stale},
	{CodeUnused, unused},
	{CodeNeverUsed, neverUsed},
	{CodeNeverRotated, neverRotated},
	{CodeLabel, labelChanged},
	{CodeHMAC, sharedSecret},
}
