#!/bin/bash
# A throw-away Slurm of one node for a test: as root, without systemd and cgroups,
# on loopback, everything under one folder. Needs munged, slurmctld and slurmd
# (Debian: apt-get install --no-install-recommends slurm-wlm munge).
#
#   slurm-up.sh up DIR    start the daemons, return when the node takes jobs
#   slurm-up.sh down DIR  stop the daemons that "up DIR" started, by their pid files
#
# Commands find the cluster by SLURM_CONF=DIR/slurm.conf. SLURMCTLD_PORT and
# SLURMD_PORT choose the ports. Where the host's name is not loopback, up adds a
# line to /etc/hosts: run it in a container.
set -euo pipefail
D=${2:-}
HOST=$(hostname -s) # slurmd takes its configuration by this name
export SLURM_CONF=$D/slurm.conf

configure() {
  umask 022
  mkdir -p "$D"/{munge,state,spool,log,run}
  chmod 755 "$D" # munged wants a folder that all can enter and only its owner can write
  (umask 077; head -c 1024 /dev/urandom >"$D/munge/key")
  # The daemons bind to the address of the host's name, which must be loopback.
  getent hosts "$HOST" | grep -qE '^(127\.|::1)' || echo "127.0.0.1 $HOST" >>/etc/hosts
  cat >"$SLURM_CONF" <<CONF
ClusterName=sweep
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=${SLURMCTLD_PORT:-6817}
SlurmdPort=${SLURMD_PORT:-6818}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
# A requeued job starts only when its credential has expired, after 120 s by default.
AuthInfo=socket=$D/munge/socket,cred_expire=5
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool
SlurmctldPidFile=$D/run/slurmctld.pid
SlurmdPidFile=$D/run/slurmd.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2,batch_sched_delay=0
RequeueExit=75
ReturnToService=2
KillWait=5
CompleteWait=0
MinJobAge=3600
SlurmdParameters=config_overrides
NodeName=$HOST NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=test Nodes=$HOST Default=YES MaxTime=INFINITE State=UP
CONF
}

up() {
  configure
  munged --key-file="$D/munge/key" --socket="$D/munge/socket" --pid-file="$D/run/munged.pid" \
         --log-file="$D/log/munged.log" --seed-file="$D/munge/seed"
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF"
  for _ in $(seq 100); do
    case $(sinfo -h -o %T 2>/dev/null) in idle) return;; esac
    sleep 0.2
  done
  tail -n 20 "$D"/log/*.log >&2
  echo "the node never became idle" >&2
  exit 1
}

stop() { # pid file
  [ -s "$1" ] || return 0
  local pid; pid=$(cat "$1")
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null || :
}

down() {
  if [ -s "$D/run/slurmctld.pid" ]; then
    scancel --user=root || :
    for _ in $(seq 30); do [ -z "$(squeue -h -t R,CG)" ] && break; sleep 0.3; done
  fi
  for d in slurmd slurmctld munged; do stop "$D/run/$d.pid"; done
}

case $1 in up | down) "$1" ;; *) sed -n 2,11p "$0"; exit 2 ;; esac
