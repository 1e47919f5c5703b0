#!/bin/sh
# A nightly job for cron, a systemd timer or Jenkins. docs/ci.md explains each choice.
#
#   ROLLCALL                what npx runs: a version of the npm registry, or the path of a packed file
#                           (file:/opt/chatwoot-rollcall-0.1.0.tgz) until that version is published
#   CHATWOOT_BASE_URL       base URL of Chatwoot
#   ROLLCALL_POLICY         the policy; default: rollcall.yaml
#   ROLLCALL_TOKEN_FILE     file with the access token; default: /etc/rollcall/token
#   ROLLCALL_REPORTS        folder for the reports, one for each policy; default: reports
#   ROLLCALL_RETRY_FOR      how long a short outage may last; default: 4m
#   ROLLCALL_HEARTBEAT_URL  requested after a verdict; a missing request means: check this job
#   ROLLCALL_IN_SYNC_URL    requested when in sync; a missing request means: check the account
#   ROLLCALL_CHAT_URL       an incoming webhook, for what is new or resolved
#   ROLLCALL_CHAT           slack or msteams: the format of that message; default: slack
#
# The exit code is that of rollcall: 0 in sync, 2 drift, anything else no verdict. cron mails what a job
# prints. So this one prints the report only if something is new or resolved, or there is no verdict for
# the first time. The log has it every night.
set -eu
umask 077

ROLLCALL=${ROLLCALL:-chatwoot-rollcall@0.1.0}
policy=${ROLLCALL_POLICY:-rollcall.yaml}
token=${ROLLCALL_TOKEN_FILE:-/etc/rollcall/token}
reports=${ROLLCALL_REPORTS:-reports}
last=$reports/rollcall-last.json

# rollcall deletes old reports itself, but not if it cannot start.
mkdir -p "$reports"
for name in xml html json chat; do rm -f "$reports/rollcall.$name"; done

code=0
NPM_CONFIG_IGNORE_SCRIPTS=true timeout 900 npx --yes "$ROLLCALL" plan "$policy" \
  --api-token-file "$token" \
  --retry-for "${ROLLCALL_RETRY_FOR:-4m}" \
  --since "$last" --since-if-exists \
  --report "junit=$reports/rollcall.xml" \
  --report "html=$reports/rollcall.html" \
  --report "json=$reports/rollcall.json" \
  --report "${ROLLCALL_CHAT:-slack}=$reports/rollcall.chat" > "$reports/rollcall.log" 2>&1 || code=$?

# send URL [CURL-OPTION...]. The URL is not an argument, because everybody on this machine can read arguments.
send() {
  url=$1
  shift
  printf 'url = "%s"' "$url" | curl --config - --fail --silent --show-error --max-time 20 --retry 3 \
    --output /dev/null "$@"
}
# beat NAME URL. A failure here never changes the verdict: the service raises the alarm.
beat() {
  if [ -z "$2" ]; then
    echo "No heartbeat: $1 is not set." >> "$reports/rollcall.log"
  else
    send "$2" || echo "The heartbeat for $1 did not arrive." >&2
  fi
}
case $code in 0 | 2) beat ROLLCALL_HEARTBEAT_URL "${ROLLCALL_HEARTBEAT_URL:-}" ;; esac
case $code in 0) beat ROLLCALL_IN_SYNC_URL "${ROLLCALL_IN_SYNC_URL:-}" ;; esac

# If the message fails, the next night sends it again. A run that could not start has no report.
sent=yes
if ! grep -qs '"news": false' "$reports/rollcall.json"; then
  cat "$reports/rollcall.log"
  if [ -n "${ROLLCALL_CHAT_URL:-}" ] && [ -f "$reports/rollcall.chat" ]; then
    send "$ROLLCALL_CHAT_URL" -H 'Content-Type: application/json' \
      --data-binary "@$reports/rollcall.chat" || sent=no
  fi
fi
# Do not keep a report that names no account. This makes a copy: tonight's reports stay where they are.
if [ "$sent" = yes ] && [ -f "$reports/rollcall.json" ] &&
  ! grep -q '"accounts": \[\]' "$reports/rollcall.json"; then
  cp "$reports/rollcall.json" "$last.new" && mv "$last.new" "$last"
fi
exit "$code"
