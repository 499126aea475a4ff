using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Admission;

/// <summary>Tells an admission that the media node has taken: the newcomer who is there, and those who is new.</summary>
internal static class Announcing
{
    public static async Task Admitted(Transaction transaction, CallRow call, ParticipantRow me)
    {
        var inside = (await CallLog.Participants(transaction, call.Call)).Where(other => other is { IsAdmitted: true, Announced: 1 }).ToList();
        var people = inside.Select(other => new Person(other.Participant, other.Role, other.Seat, other.Audio == 1, other.Video == 1, other.Screen == 1)).ToList();
        await CallLog.Append(transaction, call.Call, me.Participant, "admitted", new AdmittedBody(me.Seat, people), SignalJson.Default.AdmittedBody);
        var sequence = await CallLog.Append(transaction, call.Call, Audience.Admitted, "joined", new JoinedBody(me.Participant, me.Role, me.Seat), SignalJson.Default.JoinedBody);
        // Its own `joined` is not for itself: what it may see begins behind it.
        await transaction.Execute("UPDATE participants SET announced = 1, admitted_at_sequence = @sequence WHERE call = @Call AND participant = @Participant",
            new { call.Call, me.Participant, sequence });
        if (me.Audio + me.Video + me.Screen > 0)
            await CallLog.Append(transaction, call.Call, Audience.Admitted, "media", new MediaBody(me.Participant, me.Audio == 1, me.Video == 1, me.Screen == 1), SignalJson.Default.MediaBody);
        await Recordings.TellNewcomer(transaction, call.Call, me.Participant);
        await Ending.StartWhenBothAreIn(transaction, call, [.. inside, me]);
    }
}
