using System.Collections.Concurrent;

namespace FirstRing.Signaling.Admission;

/// <summary>Token buckets: so many at once, then so many a second, for each name.</summary>
internal sealed class Allowance(double perSecond, double burst, TimeProvider clock)
{
    const int Remembered = 10_000;
    readonly ConcurrentDictionary<string, Bucket> _buckets = new();

    sealed class Bucket(double left, long at)
    {
        public double Left = left;
        public long At = at;
    }

    public bool Take(string name)
    {
        if (_buckets.Count > Remembered) ForgetFull();
        var bucket = _buckets.GetOrAdd(name, _ => new Bucket(burst, clock.GetTimestamp()));
        lock (bucket)
        {
            Fill(bucket);
            if (bucket.Left < 1) return false;
            bucket.Left--;
            return true;
        }
    }

    void Fill(Bucket bucket)
    {
        var now = clock.GetTimestamp();
        bucket.Left = Math.Min(burst, bucket.Left + clock.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond);
        bucket.At = now;
    }

    // A full bucket says nothing that a fresh one would not.
    void ForgetFull()
    {
        foreach (var (name, bucket) in _buckets)
            lock (bucket)
            {
                Fill(bucket);
                if (bucket.Left >= burst) _buckets.TryRemove(name, out _);
            }
    }
}
