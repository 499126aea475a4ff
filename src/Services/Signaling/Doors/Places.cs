using System.Collections.Concurrent;
using FirstRing.Platform.Ids;
using FirstRing.Signaling.Admission;
using Microsoft.Extensions.Hosting;

namespace FirstRing.Signaling.Doors;

/// <summary>Why a connection that was held ends from our side.</summary>
internal enum EndOf { None, Replaced, PassExpired, LoginEnded, Stopping }

/// <summary>The open connections of each participant: at most eight, the newest wins.</summary>
internal sealed class Places(TimeProvider clock, IHostApplicationLifetime host)
{
    const int Each = 8;
    readonly ConcurrentDictionary<string, List<Place>> _open = new();

    public Place Take(Entrant entrant, CancellationToken stop)
    {
        var left = TimeSpan.FromMicroseconds(Math.Max(0, entrant.ExpiresAt - clock.Microseconds()));
        var place = new Place(this, entrant, left, clock, stop, host.ApplicationStopping);
        Place? oldest = null;
        while (true)
        {
            var all = _open.GetOrAdd(entrant.Participant, _ => []);
            lock (all)
            {
                if (!_open.TryGetValue(entrant.Participant, out var current) || current != all) continue; // was emptied meanwhile
                all.Add(place);
                if (all.Count > Each)
                {
                    oldest = all[0];
                    all.RemoveAt(0);
                }
            }
            oldest?.End(EndOf.Replaced);
            return place;
        }
    }

    /// <summary>Closes every connection that is held under this login.</summary>
    public void End(string login)
    {
        foreach (var place in All().Where(place => place.Login == login)) place.End(EndOf.LoginEnded);
    }

    List<Place> All() => [.. _open.Values.SelectMany(all =>
    {
        lock (all) return all.ToList();
    })];

    public int Open(string participant) => _open.TryGetValue(participant, out var all) ? all.Count : 0;

    void Leave(string participant, Place place)
    {
        if (!_open.TryGetValue(participant, out var all)) return;
        lock (all)
        {
            all.Remove(place);
            if (all.Count == 0) _open.TryRemove(participant, out _);
        }
    }

    /// <summary>One connection's place. <see cref="Token"/> falls when the page goes, the pass expires or its login ends, a newer connection takes the place, or we stop.</summary>
    internal sealed class Place : IDisposable
    {
        readonly Places _owner;
        readonly string _participant;
        readonly CancellationTokenSource _source;
        readonly CancellationTokenRegistration _stopping;
        readonly ITimer _expiry;
        int _why;

        public Place(Places owner, Entrant entrant, TimeSpan life, TimeProvider clock, CancellationToken page, CancellationToken stopping)
        {
            (_owner, _participant, Login) = (owner, entrant.Participant, entrant.Login);
            _source = CancellationTokenSource.CreateLinkedTokenSource(page);
            _stopping = stopping.Register(() => End(EndOf.Stopping));
            // A timer holds at most 49 days; no pass lives half as long.
            _expiry = clock.CreateTimer(_ => End(EndOf.PassExpired), null, life, Timeout.InfiniteTimeSpan);
        }

        public string Login { get; }
        public CancellationToken Token => _source.Token;
        public EndOf Why => (EndOf)_why;

        public void End(EndOf why)
        {
            Interlocked.CompareExchange(ref _why, (int)why, (int)EndOf.None);
            try { _source.Cancel(); }
            catch (ObjectDisposedException)
            {
                // it had ended by itself
            }
        }

        public void Dispose()
        {
            _owner.Leave(_participant, this);
            _expiry.Dispose();
            _stopping.Dispose();
            _source.Dispose();
        }
    }
}
