# Hosts h1, h2, ... on this machine for one test: each a network, a hostname and a /dev/shm of its
# own, joined by a bridge; no packet leaves them. Sourced behind lib.sh; what it makes ends with
# the test.
[ "$(id -u)" = 0 ] || skip "namespaces need root"
for program in unshare nsenter ip; do
    command -v $program >/dev/null || skip "no $program: util-linux iproute2"
done
unshare -n -u -i -m true 2>/dev/null || skip "this kernel, or container, gives no namespaces"

bed=$tmp/hosts

in_host() { # host command...
    nsenter -t "$(cat "$bed/$1.pid")" -n -u -i -m -- "${@:2}"
}

make_host() { # name
    setsid unshare -n -u -i -m --propagation private sh -c \
        "hostname $1; mount --bind $bed/etc-hosts /etc/hosts; mount -t tmpfs none /dev/shm;
        mkdir -p $shared; exec sleep infinity" </dev/null >/dev/null 2>&1 &
    echo $! >"$bed/$1.pid"
    disown # its end is not worth a word
    await "host $1" grep -q -x sleep "/proc/$(cat "$bed/$1.pid")/comm"
}

make_hosts() { # how many
    local i
    mkdir -p "$bed"
    echo "127.0.0.1 localhost" >"$bed/etc-hosts"
    for ((i = 1; i <= $1; i++)); do
        echo "10.98.0.$i h$i" >>"$bed/etc-hosts"
    done
    # mpirun's way to another host, as ssh would be
    cat >"$bed/rsh" <<RSH
#!/bin/sh
host=\$1
shift
exec nsenter -t \$(cat $bed/\$host.pid) -n -u -i -m -- /bin/sh -c "\$*"
RSH
    chmod +x "$bed/rsh"
    make_host switch
    in_host switch sh -c 'ip link add br0 type bridge && ip link set br0 up'
    for ((i = 1; i <= $1; i++)); do
        make_host h$i
        ip link add "port$i" netns "$(cat "$bed/switch.pid")" type veth peer name eth0 \
            netns "$(cat "$bed/h$i.pid")"
        in_host switch sh -c "ip link set port$i master br0 && ip link set port$i up"
        in_host h$i sh -c "ip link set lo up && ip addr add 10.98.0.$i/24 dev eth0 &&
            ip link set eth0 up"
    done
}

# The cable of a host is pulled; nobody is told. A connection of h1 on which an answer is awaited is
# given up after so many seconds at least, or thrice as many: its keepalives wait for that answer.
cut_host() { # host seconds
    local milliseconds retries=0 # the first comes after 200 ms, each later one after twice as long
    for ((milliseconds = 200; milliseconds < 1000 * $2; milliseconds = 2 * milliseconds + 200)); do
        retries=$((retries + 1))
    done
    in_host h1 sh -c "echo $retries >/proc/sys/net/ipv4/tcp_retries2"
    in_host switch ip link set "port${1#h}" nomaster
}

# mpirun on h1 over hosts "h1:2,h2:2". On a silent connection a lost host is noticed after three
# intervals, $keepalive seconds (1).
on_hosts() { # hosts np command...
    in_host h1 mpirun --mca plm_rsh_agent "$bed/rsh" --mca btl_tcp_if_include eth0 \
        --mca oob_tcp_if_include eth0 --mca oob_tcp_keepalive_time 2 \
        --mca oob_tcp_keepalive_intvl ${keepalive:-1} --mca oob_tcp_keepalive_probes 3 \
        --host "$1" -np "$2" "${@:3}"
}
