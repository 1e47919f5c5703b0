#!/bin/sh
# What people write without rollcall: lists the administrators of an account and the members of
# every team, one request after the other. Needs curl and jq.
set -eu
get() {
  curl --silent --show-error --fail -H "Api-Access-Token: $CHATWOOT_API_TOKEN" \
    "$CHATWOOT_BASE_URL/api/v1/accounts/1/$1"
}
get agents | jq -r '.[] | select(.role == "administrator") | .email'
get teams | jq -r '.[] | "\(.id) \(.name)"' | while read -r id name; do
  get "teams/$id/team_members" | jq -r --arg team "$name" '.[] | "\($team): \(.email)"'
done
