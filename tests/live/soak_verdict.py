# SPDX-License-Identifier: Apache-2.0
"""What a soak's numbers mean: for soak.py."""
import math
import statistics

WINDOWS = 3  # of the time after the beginning; the last one is held against the first
MIB = 1 << 20
# By how much the median of the last window may be above that of the first.
GROWTH = {"rss": 3 * MIB, "anonymous": 3 * MIB, "files": 24, "threads": 12}
# The same when reloads follow each other so fast that a window may lie within one, when two configurations are at work.
SHORT_S, SHORT_GROWTH = 1200, {"rss": 24 * MIB, "anonymous": 24 * MIB, "files": 120, "threads": 48}
# By how much it may be above what it was before the load, once nobody asks any more: a heap with holes, a scheduled pull.
REST = {"anonymous": 8 * MIB, "files": 4, "threads": 3}
MOST = {"wal": 64 * MIB}  # grows until it is folded into the store, at each pull or at the latest here
PERCENTILES = (50, 95, 99, 100)


def shown(what, n):
    return f"{n:.0f}" if what in ("files", "threads") else f"{n / MIB:.2f} MiB"


def verdict(samples, warm_s, seconds):
    """Lines that tell of it, and lines that say what has grown. Too few samples are no proof of anything."""
    width = (seconds - warm_s) / WINDOWS
    first = [s for s in samples if warm_s <= s["at"] < warm_s + width]
    last = [s for s in samples if seconds - width <= s["at"]]
    if len(first) < 5 or len(last) < 5:
        return [], [f"{len(first)} samples at first and {len(last)} at last are too few"]
    told, wrong = [], []
    for what, most in (SHORT_GROWTH if seconds < SHORT_S else GROWTH).items():
        was, now = (statistics.median(s[what] for s in window) for window in (first, last))
        line = f"{what}: {shown(what, was)} after the beginning, {shown(what, now)} at the end"
        told.append(f"{line}, {shown(what, max(s[what] for s in samples))} at most")
        if now > was + most:
            wrong.append(f"{line}: grown by more than {shown(what, most)}")
    for what, most in MOST.items():
        peak = max(s[what] for s in samples)
        told.append(f"{what}: {shown(what, peak)} at most")
        if peak > most:
            wrong.append(f"{what}: {shown(what, peak)}, more than {shown(what, most)}")
    return told, wrong


def at_rest(before, after):
    """The same of what is kept when nobody asks."""
    told, wrong = [], []
    for what, most in REST.items():
        line = f"{what} at rest: {shown(what, before[what])} before, {shown(what, after[what])} after"
        told.append(line)
        if after[what] > before[what] + most:
            wrong.append(f"{line}: grown by more than {shown(what, most)}")
    return told, wrong


def show(took):
    """Each kind of request with its latencies: kind -> bucket -> how many."""
    print(f"{'':24}{'count':>9}" + "".join(f"{f'p{p} ms' if p < 100 else 'most ms':>10}" for p in PERCENTILES))
    for kind, buckets in sorted(took.items()):
        count = sum(buckets.values())
        line = f"{kind:24}{count:9}"
        for p in PERCENTILES:
            left = max(1, math.ceil(count * p / 100))
            for bucket, n in sorted(buckets.items()):
                left -= n
                if left <= 0:
                    line += f"{math.exp(bucket / 20) / 1000:10.2f}"
                    break
        print(line)


def check_verdict():
    """Series that are steady, grow, grow late, or leap once while a pull is under way; 0: each is told for what it is."""
    steady = {"rss": 20 * MIB, "anonymous": 10 * MIB, "files": 50, "threads": 14, "wal": MIB}

    def series(seconds=3600, **change):
        """Looked at 300 times, and f of which one it is."""
        return [{"at": t * seconds / 300, **steady, **{k: f(t) for k, f in change.items()}} for t in range(300)]

    cases = (
        ("steady", series(), False),
        ("a leap in one sample of ten", series(rss=lambda t: (20 + 15 * (t % 10 == 0)) * MIB), False),
        ("growth at first", series(rss=lambda t: min(20, 5 + t) * MIB), False),
        ("growth all the time", series(rss=lambda t: (20 + t / 20) * MIB), True),
        ("growth of what isn't file", series(anonymous=lambda t: (10 + t / 20) * MIB), True),
        ("growth late", series(rss=lambda t: (20 + 5 * (t > 230)) * MIB), True),
        ("files left open", series(files=lambda t: 50 + t // 5), True),
        ("threads left", series(threads=lambda t: 14 + t // 10), True),
        ("a WAL that is never folded", series(wal=lambda t: t * MIB), True),
        ("nothing looked at", series()[:3], True),
    )
    bad = [name for name, samples, grows in cases if bool(verdict(samples, 1200, 3600)[1]) != grows]
    little, much = series(90, rss=lambda t: (20 + t / 30) * MIB), series(90, rss=lambda t: (20 + t / 5) * MIB)
    if verdict(little, 30, 90)[1] or not verdict(much, 30, 90)[1]:
        bad.append("a short one")
    rest = {"anonymous": 10 * MIB, "files": 10, "threads": 10}
    bad += [f"{what} kept" for what, most in REST.items() if not at_rest(rest, {**rest, what: rest[what] + most + 1})[1]]
    if at_rest(rest, rest)[1]:
        bad.append("nothing kept")
    for name in bad:
        print(f"FAILED: {name}: taken for what it isn't")
    return bool(bad)
