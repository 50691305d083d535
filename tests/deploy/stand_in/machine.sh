#!/usr/bin/env bash
# Runs commands, one a line of the standard input, as root on a machine like this one: what they write is gone with it.
# It has processes and a network of its own.
#   machine.sh ROOT SOURCE PROGRAMS: an empty folder; the project, a clone; programs that stand in for others
set -euo pipefail
root="$1" source="$2" programs="$3" machine="$1/machine"
mount -t tmpfs -o size=4g tmpfs "$root"
mkdir "$root/upper" "$root/work" "$machine"
cat >"$root/commands"
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$machine"
mount -t proc proc "$machine/proc"
mount --rbind /dev "$machine/dev"
ip link set lo up
cp -r "$source" "$machine/root/galley"
cp "$programs"/* "$machine/usr/local/bin/"
cp "$root/commands" "$machine/root/commands"
# The packages of the tests lie in folders that only root may enter.
chmod o+x "$machine/root" "$machine/root"/.[!.]* 2>/dev/null || true
exec chroot "$machine" env --chdir=/root/galley PATH="/usr/local/bin:$PATH:/usr/sbin:/sbin" bash -euxo pipefail /root/commands
