#!/bin/bash
# Runs a program of the control plane in the lab's cgroup: control-daemon.sh CGROUP PROGRAM ARGUMENTS…
set -eu
. "$(dirname "$0")/cgroup.sh"
join_cgroup "$1"
shift
exec "$@"
