#!/bin/sh
# A nightly job for cron, a systemd timer or Jenkins. Why each line is as it is: docs/ci.md.
#
#   CHATWOOT_BASE_URL       address of the server
#   ROLLCALL_POLICY         the policy, rollcall.yaml if not set
#   ROLLCALL_TOKEN_FILE     file with the access token, /etc/rollcall/token if not set
#   ROLLCALL_REPORTS        folder for the reports, reports if not set; each policy needs its own
#   ROLLCALL_HEARTBEAT_URL  told when there is a verdict; its silence wakes whoever runs this job
#   ROLLCALL_IN_SYNC_URL    told when in sync; its silence wakes whoever answers for the account
#
# Ends as rollcall does: 0 in sync, 2 drift, anything else no verdict.
set -eu
umask 077

policy=${ROLLCALL_POLICY:-rollcall.yaml}
token=${ROLLCALL_TOKEN_FILE:-/etc/rollcall/token}
reports=${ROLLCALL_REPORTS:-reports}

# rollcall removes these itself, but not when it cannot be started.
mkdir -p "$reports"
rm -f "$reports/rollcall.xml" "$reports/rollcall.html" "$reports/rollcall.json"

code=0
NPM_CONFIG_IGNORE_SCRIPTS=true timeout 900 npx --yes chatwoot-rollcall@0.1.0 plan "$policy" \
  --api-token-file "$token" \
  --report "junit=$reports/rollcall.xml" \
  --report "html=$reports/rollcall.html" \
  --report "json=$reports/rollcall.json" || code=$?

# beat NAME URL. What goes wrong here never changes the verdict: whoever waits will notice.
beat() {
  if [ -z "$2" ]; then
    echo "No heartbeat: $1 is not set." >&2
  else
    curl --fail --silent --show-error --max-time 20 --retry 3 "$2" >&2 ||
      echo "The heartbeat for $1 did not arrive." >&2
  fi
}
case $code in 0 | 2) beat ROLLCALL_HEARTBEAT_URL "${ROLLCALL_HEARTBEAT_URL:-}" ;; esac
case $code in 0) beat ROLLCALL_IN_SYNC_URL "${ROLLCALL_IN_SYNC_URL:-}" ;; esac
exit "$code"
