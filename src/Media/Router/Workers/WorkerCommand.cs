using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Workers;

/// <summary>What a worker did with a command; everything but Done is a refusal with a stable code.</summary>
internal enum CommandOutcome
{
    Done,
    /// <summary>A newer offer of this participant has been answered or is connected.</summary>
    GenerationStale,
    /// <summary>Another participant sits on the seat, or the seat is none.</summary>
    SeatTaken,
    NoSuchCall,
    /// <summary>The worker holds as much as it is allowed to.</summary>
    Full,
    /// <summary>The worker has no disk to record to.</summary>
    CannotRecord,
    /// <summary>A later order about the same recording was carried out before.</summary>
    RecordingStale,
}

/// <summary>Something a worker is told from outside. It is carried out once, on the worker's thread, in the order of posting.</summary>
internal abstract class WorkerCommand
{
    readonly TaskCompletionSource<CommandOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker has carried the command out.</summary>
    internal Task<CommandOutcome> Outcome => _outcome.Task;

    internal void Complete(CommandOutcome outcome) => _outcome.TrySetResult(outcome);
}

/// <summary>The page's answer to the offer of one generation.</summary>
internal sealed class ApplyAnswer(CallId call, ParticipantId participant, int generation, SdpAnswer answer) : WorkerCommand
{
    internal CallId Call => call;
    internal ParticipantId Participant => participant;
    internal int Generation => generation;
    internal SdpAnswer Answer => answer;
}

/// <summary>From now on media flows to and from this participant, in whatever order this, ICE, DTLS and the answer come.</summary>
internal sealed class AdmitParticipant(CallId call, ParticipantId participant, int seat) : WorkerCommand
{
    internal CallId Call => call;
    internal ParticipantId Participant => participant;
    internal int Seat => seat;
}

/// <summary>Ends the participant's connections and frees the seat. Done for one who is not there.</summary>
internal sealed class RemoveParticipant(CallId call, ParticipantId participant) : WorkerCommand
{
    internal CallId Call => call;
    internal ParticipantId Participant => participant;
}

/// <summary>Ends all connections of a call and forgets it. Done for one that is not there.</summary>
internal sealed class CloseCall(CallId call) : WorkerCommand
{
    internal CallId Call => call;
}

/// <summary>What is to become of a recording.</summary>
internal enum RecordingOrder { Run, Rest, Stop }

/// <summary>
/// The call is recorded from now on, rests while somebody objects, or is recorded no more. <paramref name="turn"/> grows with each order about the same recording; <paramref name="key"/>: 32 bytes, where it
/// is to run; <paramref name="clockOffset"/>: what is to be added to the worker's time to get UTC (µs).
/// </summary>
internal sealed class RecordCall(CallId call, Guid recording, int turn, byte[] key, RecordingOrder order, long clockOffset) : WorkerCommand
{
    internal CallId Call => call;
    internal Guid Recording => recording;
    internal int Turn => turn;
    internal byte[] Key => key;
    internal RecordingOrder Order => order;
    internal long ClockOffset => clockOffset;
}

/// <summary>Whether every recording rests whatever was ordered.</summary>
internal sealed class HoldRecordings(bool holds) : WorkerCommand
{
    internal bool Holds => holds;
}

/// <summary>Reads a call's counters; <see cref="Peers"/> is set when the outcome is Done.</summary>
internal sealed class TakeSnapshot(CallId call) : WorkerCommand
{
    internal CallId Call => call;
    internal IReadOnlyList<PeerStatistics> Peers { get; set; } = [];
}
