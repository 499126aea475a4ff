using FirstRing.Platform.Http;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Placement;

/// <summary>Who has had no transport for the grace, and no media either, has left; they come back by the same pass.</summary>
internal static class Silence
{
    sealed record Silent(string Call, string Participant);

    public static async Task Sweep(CallLog log, Action<string> nudge, CancellationToken stop)
    {
        var before = Platform.Ids.Instant.Microseconds(log.Store.Clock) - (long)Presence.Grace.TotalMicroseconds;
        var silent = await log.Store.ReadList<Silent>(
            """
            SELECT p.call AS Call, p.participant AS Participant FROM participants p JOIN calls c ON c.call = p.call
            WHERE c.state = 'open' AND p.state IN ('waiting', 'admitted') AND p.last_seen < @before AND p.peer_state <> 'connected'
            """,
            new { before }, stop);
        foreach (var one in silent)
        {
            var left = await log.Store.Commit(Caller.System("signaling"), async transaction =>
            {
                if (await CallLog.Call(transaction, one.Call) is not { IsOpen: true }) return false;
                if (await CallLog.Participant(transaction, one.Call, one.Participant) is not { IsGone: false, State: not ParticipantStates.Lobby } who) return false;
                if (who.LastSeen >= before || who.PeerState == "connected") return false;
                await Presence.Depart(transaction, one.Call, who, ParticipantStates.Left, "lost");
                return true;
            }, stop);
            if (left) nudge(one.Call);
        }
    }
}
