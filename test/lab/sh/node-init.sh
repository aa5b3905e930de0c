#!/bin/bash
# PID 1 of a node, in namespaces of its own. Its root is a copy-on-write view of this machine's / (changes go to memory),
# so every default path (/var/lib/kubelet, /run/containerd, /etc/cni …) is the node's own and DaemonSets run unchanged.
#   node-init.sh NAME CGROUP NODE_DIR BINARIES
# NODE_DIR/files is laid over the root; NODE_DIR/ready tells that the node can be used.
set -eu
here=$(cd "$(dirname "$0")"; pwd)
name=$1 cgroup=$2 dir=$3 binaries=$4
. "$here/cgroup.sh"
if [ "${IN_CGROUP-}" = '' ]; then
  join_cgroup "$cgroup"
  # A cgroup namespace rooted here: inside, paths read as on a real machine (/kubepods/…).
  IN_CGROUP=1 exec unshare --cgroup "$0" "$@"
fi
hostname "$name"
mount --make-rprivate /
scratch=$dir/scratch root=$dir/scratch/root
mkdir -p "$scratch"
mount -t tmpfs -o mode=755 tmpfs "$scratch"
mkdir "$scratch"/{upper,work,root,sysctl}
mount -t overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"

if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
  mkdir -p "$root/sys/fs/cgroup/daemons"
  echo 0 > "$root/sys/fs/cgroup/daemons/cgroup.procs"
  sed 's/\([a-z_]\+\)/+\1/g' "$root/sys/fs/cgroup/cgroup.controllers" > "$root/sys/fs/cgroup/cgroup.subtree_control"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  for hierarchy in /sys/fs/cgroup/*; do
    base=${hierarchy##*/}
    if [ -L "$hierarchy" ]; then cp -P "$hierarchy" "$root/sys/fs/cgroup/"; continue; fi
    mkdir "$root/sys/fs/cgroup/$base"
    case $base in
      unified) mount -t cgroup2 cgroup "$root/sys/fs/cgroup/$base" ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/$base" ;;
      *) mount -t cgroup -o "$base" cgroup "$root/sys/fs/cgroup/$base" ;;
    esac
  done
fi
mount -t bpf bpf "$root/sys/fs/bpf" 2>/dev/null || true
mount -t tracefs tracefs "$root/sys/kernel/tracing" 2>/dev/null || true
mount -t debugfs debugfs "$root/sys/kernel/debug" 2>/dev/null || true
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root"/run/{lock,netns}
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

# What grows lies on the disk, in the lab's own directory; the programs may lie on another file system than /.
own() { mkdir -p "$dir/$1" "$root/$2"; mount --bind "$dir/$1" "$root/$2"; }
own containerd var/lib/containerd
own kubelet var/lib/kubelet
own pod-logs var/log/pods
mkdir -p "$root/$dir" "$root/$binaries" "$root"/var/lib/cni "$root"/var/log/containers
mount --bind "$dir" "$root/$dir"
mount --bind "$binaries" "$root/$binaries"
rm -f "$root/etc/resolv.conf" "$root/etc/hosts"
cp -a "$dir/files/." "$root/"

# The kubelet writes these settings of the whole machine: it gets stand-ins that already say what it wants.
stand_in() {
  printf '%s\n' "$2" > "$scratch/sysctl/${1//\//_}"
  mount --bind "$scratch/sysctl/${1//\//_}" "$root/proc/sys/$1"
}
stand_in vm/overcommit_memory 1
stand_in vm/panic_on_oom 0
stand_in kernel/panic 10
stand_in kernel/panic_on_oops 1
stand_in kernel/keys/root_maxkeys 1000000
stand_in kernel/keys/root_maxbytes 25000000

mkdir -p "$root/.old"
cd "$root"
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
mount --make-rshared /
ip link set lo up
for setting in ip_forward=1 conf/all/rp_filter=0 conf/default/rp_filter=0; do
  echo "${setting#*=}" > "/proc/sys/net/ipv4/${setting%=*}"
done
# Traffic between pods of one node crosses a bridge: Services and policies must see it.
echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables
echo 1 > /proc/sys/net/bridge/bridge-nf-call-ip6tables
touch "$dir/ready"
while :; do sleep 3600 & wait $! || true; done
