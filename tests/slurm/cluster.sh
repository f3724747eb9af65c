# A Slurm of its own on this machine for one test: one node, this host, with more processors than
# it has. Sourced behind lib.sh: everything it makes is in $tmp, its daemons end with the test, and
# its ports are some that nobody uses.
[ "$(id -u)" = 0 ] || skip "daemons of Slurm need root"
for program in munged slurmctld slurmd sbatch; do
    command -v $program >/dev/null || skip "no $program: slurmctld slurmd slurm-client munge"
done

bed=$tmp/slurm node=$(hostname -s)
export SLURM_CONF=$bed/slurm.conf
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo

free_ports() { # how many
    python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("", 0))
print(*[s.getsockname()[1] for s in sockets])
PYTHON
}

# Whether the node waits for jobs; slurmctld is asked for as long as it does not answer.
is_idle() { [ "$(sinfo -h -o %D -t idle)" = 1 ]; }

start_cluster() { # processors
    local port node_port
    read -r port node_port <<<"$(free_ports 2)"
    mkdir -p "$bed/state" "$bed/spool" "$bed/tmp" && chmod 755 "$tmp" "$bed"
    mkdir -m 700 "$bed/munge"
    dd if=/dev/urandom of="$bed/munge/key" bs=1k count=1 status=none
    chmod 400 "$bed/munge/key"
    cat >"$SLURM_CONF" <<CONF
ClusterName=rnntrain
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$bed/munge/socket,cred_expire=5
CryptoType=crypto/munge
SlurmctldPidFile=$bed/slurmctld.pid
SlurmdPidFile=$bed/slurmd.pid
SlurmdSpoolDir=$bed/spool
TmpFS=$bed/tmp
StateSaveLocation=$bed/state
SlurmctldLogFile=$bed/slurmctld.log
SlurmdLogFile=$bed/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
JobRequeue=1
KillWait=5
ReturnToService=2
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
NodeName=$node NodeAddr=127.0.0.1 Port=$node_port CPUs=$1 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
    at_end timeout 30 scancel --quiet --full --user="$(id -un)"
    munged --force --key-file="$bed/munge/key" --socket="$bed/munge/socket" \
        --pid-file="$bed/munged.pid" --log-file="$bed/munge/log" --seed-file="$bed/munge/seed" \
        2>"$bed/munge/said" || problem "munged: $(cat "$bed/munge/said")"
    slurmctld -c
    slurmd -N "$node" 2>/dev/null || slurmd
    (await "a node of Slurm" is_idle) ||
        problem "Slurm did not start: $(tail -3 "$bed/slurmctld.log" "$bed/slurmd.log")"
}

# A field of a job, as scontrol names it.
job_field() { # job field
    scontrol show job -o "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1
}

# Waits until a job's field has a value that matches.
job_until() { # job field pattern
    (await "job $1: $2 is $3" job_is "$@") || {
        scontrol show job "$1" >&2
        cat "$tmp"/*.out >&2 || true
        problem "job $1: $2 is $(job_field "$1" "$2"), not $3"
    }
}
job_is() { # job field pattern
    grep -q -E "$3" <<<"$(job_field "$1" "$2")"
}
