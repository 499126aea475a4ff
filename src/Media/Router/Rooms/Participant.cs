using FirstRing.Contracts;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Rooms;

/// <summary>Someone in a call. Admission and answer may come before the connection; they wait here for it.</summary>
internal sealed class Participant(ParticipantId id, Room room)
{
    int _answered = -1;
    SdpAnswer? _answer;

    internal ParticipantId Id => id;
    internal Room Room => room;
    /// <summary>0–5 once admitted, else −1.</summary>
    internal int Seat { get; set; } = -1;
    internal bool IsAdmitted => Seat >= 0;
    /// <summary>The connection that carries media.</summary>
    internal Connection? Current { get; set; }
    /// <summary>A newer one that is not connected yet; the current one goes on meanwhile.</summary>
    internal Connection? Next { get; set; }
    /// <summary>Connections up to this generation are over for good: their page holds keys that nobody here has any more.</summary>
    internal int EndedGeneration { get; set; } = -1;

    /// <summary>The connection that others see, when there is one and it may be seen.</summary>
    internal Connection? Live => IsAdmitted && Current is { IsLive: true } ? Current : null;

    /// <summary>Nothing of an older generation counts any more.</summary>
    internal bool IsStale(int generation) => generation <= EndedGeneration || generation < _answered || generation < Current?.Identity.Generation;

    /// <summary>Sent away: what was answered so far does not bring anyone back.</summary>
    internal void Dismiss()
    {
        EndedGeneration = int.Max(EndedGeneration, _answered);
        _answer = null;
    }

    /// <summary>Keeps the answer until its connection is there.</summary>
    internal void Keep(int generation, SdpAnswer answer) => (_answered, _answer) = (generation, answer);

    internal SdpAnswer? AnswerFor(int generation) => generation == _answered ? _answer : null;

    internal Connection? Of(int generation) =>
        Current?.Identity.Generation == generation ? Current : Next?.Identity.Generation == generation ? Next : null;
}
