"""A data set that is read while it is trained on, beside the same one in memory.

    stream.py RNNTRAIN DATASET.h5 [ROUNDS] [STEPS] [RANKS]

In turns: --shuffle window and --shuffle full, STEPS steps of an epoch of the whole file (a SIGUSR1
ends the run there). Steps a second from the trace of the log's first step to the last, and the peak
memory of the ranks, shared memory counted in each."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time


def peak_of(pids, peaks, done):
    """Peak resident set of each process, in KiB, while they live."""
    while not done.is_set():
        for pid in pids():
            try:
                with open(f"/proc/{pid}/status") as status:
                    found = re.search(r"VmHWM:\s+(\d+)", status.read())
                    if found:
                        peaks[pid] = int(found[1])
            except OSError:
                pass
        time.sleep(0.2)


def children(parent):
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True)
    return found.stdout.split()


def run(program, data, shuffle, steps, ranks):
    """Steps a second, seconds until the first step, greatest peak in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        job = subprocess.Popen(
            ["mpirun", "-np", str(ranks), program, data, "--run-dir", folder + "/run",
             "--shuffle", shuffle, "--checkpoint-every", str(steps), "--quiet"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peaks, done = {}, threading.Event()
        watcher = threading.Thread(target=peak_of, args=(lambda: children(job.pid), peaks, done))
        watcher.start()
        first = None
        while not os.path.exists(folder + "/run/last.h5"):
            if first is None and os.path.exists(folder + "/run/log.jsonl"):
                with open(folder + "/run/log.jsonl") as log:
                    if '"start"' in log.read():
                        first = time.monotonic()
            if job.poll() is not None:
                sys.exit(f"the run ended with code {job.returncode}")
            time.sleep(0.01)
        ended = time.monotonic()
        job.send_signal(signal.SIGUSR1)
        job.wait()
        done.set()
        watcher.join()
        return steps / (ended - first), first - began, max(peaks.values()) / 1024


def main():
    program, data = sys.argv[1:3]
    rounds, steps, ranks = (int(sys.argv[i]) if len(sys.argv) > i else default
                            for i, default in ((3, 5), (4, 300), (5, 2)))
    results = {"window": [], "full": []}
    for _ in range(rounds):
        for shuffle, found in results.items():
            found.append(run(program, data, shuffle, steps, ranks))
            print(json.dumps([shuffle, *(round(x, 3) for x in found[-1])]), flush=True)
    middle = {}
    for shuffle, found in results.items():
        middle[shuffle] = [sorted(x)[rounds // 2] for x in zip(*found)]
        print(f"{shuffle:7} {middle[shuffle][0]:7.2f} steps/s, first step after "
              f"{middle[shuffle][1]:5.1f} s, peak {middle[shuffle][2]:6.0f} MiB a rank")
    print(f"window / full: {middle['window'][0] / middle['full'][0]:.3f}")


main()
