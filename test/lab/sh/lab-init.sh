#!/bin/bash
# PID 1 of a lab, in network, mount, ipc and pid namespaces of its own: when it dies, the kernel ends all that is in it.
# Its network namespace is the switch the nodes are plugged into, and where the control plane runs.
#   lab-init.sh CGROUP API_ADDRESS READY_FILE
set -eu
. "$(dirname "$0")/cgroup.sh"
join_cgroup "$1/control"
mount --make-rprivate /
mount -t proc proc /proc
ip link set lo up
ip link add br0 type bridge
ip addr add "$2/24" dev br0
ip link set br0 up
# The switch passes frames as they are: no rules of this machine, and none of the nodes, apply on it.
for file in /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables; do
  [ ! -e $file ] || echo 0 > $file
done
echo 1 > /proc/sys/net/ipv4/ip_forward
touch "$3"
# Processes whose parent ended come to PID 1: bash reaps them while it waits.
while :; do sleep 3600 & wait $! || true; done
