# A Slurm of its own on this machine for one test: one node, this host, with more processors than
# it has. Sourced behind lib.sh; everything it makes is in $tmp, and ends with the test.
[ "$(id -u)" = 0 ] || skip "daemons of Slurm need root"
for program in munged slurmctld slurmd sbatch; do
    command -v $program >/dev/null || skip "no $program: slurmctld slurmd slurm-client munge"
done

bed=$tmp/slurm node=$(hostname -s) port=$((20000 + $$ % 20000))
export SLURM_CONF=$bed/slurm.conf
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo

stop_cluster() {
    local file i
    scancel --full --user="$(id -un)" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do
        [ -n "$(squeue -h 2>/dev/null)" ] || break
        sleep 0.1
    done
    for file in slurmctld slurmd munged; do
        [ ! -s "$bed/$file.pid" ] || kill "$(cat "$bed/$file.pid")" 2>/dev/null || true
    done
    sleep 0.5
    rm -rf "$tmp"
}

start_cluster() { # processors
    local i
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
NodeName=$node NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=$1 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
    trap stop_cluster EXIT
    munged --force --key-file="$bed/munge/key" --socket="$bed/munge/socket" \
        --pid-file="$bed/munged.pid" --log-file="$bed/munge/log" --seed-file="$bed/munge/seed" \
        2>"$bed/munge/said" || problem "munged: $(cat "$bed/munge/said")"
    slurmctld -c
    slurmd -N "$node" 2>/dev/null || slurmd
    for ((i = 0; i < 200; i++)); do
        [ "$(sinfo -h -o %D -t idle 2>/dev/null)" != 1 ] || return 0
        sleep 0.1
    done
    problem "Slurm did not start: $(tail -3 "$bed/slurmctld.log" "$bed/slurmd.log")"
}

# A field of a job, as scontrol names it.
job_field() { # job field
    scontrol show job -o "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1
}

# Waits until a job's field has a value that matches.
job_until() { # job field pattern seconds
    local i
    for ((i = 0; i < $4 * 10; i++)); do
        ! grep -q -E "$3" <<<"$(job_field "$1" "$2")" || return 0
        sleep 0.1
    done
    scontrol show job "$1" >&2
    cat "$tmp"/*.out >&2 || true
    problem "job $1: $2 is $(job_field "$1" "$2"), not $3, after $4 s"
}
