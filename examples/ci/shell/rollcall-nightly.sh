#!/bin/sh
# A nightly job for cron, a systemd timer or Jenkins. docs/ci.md explains each choice.
#
#   CHATWOOT_BASE_URL       address of the server
#   ROLLCALL_POLICY         the policy; default: rollcall.yaml
#   ROLLCALL_TOKEN_FILE     file with the access token; default: /etc/rollcall/token
#   ROLLCALL_REPORTS        folder for the reports, one for each policy; default: reports
#   ROLLCALL_RETRY_FOR      how long a short outage may last; default: 4m
#   ROLLCALL_HEARTBEAT_URL  requested after a verdict; a missing request means: check this job
#   ROLLCALL_IN_SYNC_URL    requested when in sync; a missing request means: check the account
#
# The exit code is that of rollcall: 0 in sync, 2 drift, anything else no verdict.
set -eu
umask 077

policy=${ROLLCALL_POLICY:-rollcall.yaml}
token=${ROLLCALL_TOKEN_FILE:-/etc/rollcall/token}
reports=${ROLLCALL_REPORTS:-reports}

# rollcall deletes old reports itself, but not if it cannot start.
mkdir -p "$reports"
rm -f "$reports/rollcall.xml" "$reports/rollcall.html" "$reports/rollcall.json"

code=0
NPM_CONFIG_IGNORE_SCRIPTS=true timeout 900 npx --yes chatwoot-rollcall@0.1.0 plan "$policy" \
  --api-token-file "$token" \
  --retry-for "${ROLLCALL_RETRY_FOR:-4m}" \
  --report "junit=$reports/rollcall.xml" \
  --report "html=$reports/rollcall.html" \
  --report "json=$reports/rollcall.json" || code=$?

# beat NAME URL. A failure here never changes the verdict: the service raises the alarm.
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
