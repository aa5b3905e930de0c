# Sourced: cgroups under v1, hybrid and v2. On v2 alone a cgroup that has children with controllers may hold no
# process itself, so whoever joins goes into a leaf.

# Prints the root of every hierarchy.
cgroup_roots() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then echo /sys/fs/cgroup; return; fi
  local root
  for root in /sys/fs/cgroup/*; do
    [ ! -L "$root" ] && [ -e "$root/cgroup.procs" ] && echo "$root"
  done
}

# Makes cgroup $1 in the hierarchy $2 and everything above it usable for processes and children.
make_cgroup() {
  local path=$2 part file
  for part in ${1//\// }; do
    [ ! -e "$path/cgroup.subtree_control" ] || sed 's/\([a-z_]\+\)/+\1/g' "$path/cgroup.controllers" > "$path/cgroup.subtree_control" 2>/dev/null || true
    path=$path/$part
    mkdir -p "$path"
    # A fresh v1 cpuset has no processors and takes no process.
    for file in cpuset.cpus cpuset.mems; do
      [ ! -e "$path/../$file" ] || [ -e "$path/cgroup.controllers" ] || cat "$path/../$file" > "$path/$file"
    done
  done
}

# Makes cgroup $1 in every hierarchy and moves this process there.
join_cgroup() {
  local root
  for root in $(cgroup_roots); do
    make_cgroup "$1" "$root"
    echo 0 > "$root/$1/cgroup.procs"
  done
}
