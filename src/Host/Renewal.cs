namespace FirstRing.Host;

/// <summary>Looks daily at every certificate of the data folder and renews what nears its end, while all goes on. Run by the one process, or by a fleet's supervisor.</summary>
internal static class Renewal
{
    static readonly TimeSpan LookEvery = TimeSpan.FromDays(1);

    public static async Task Run(DataFolder folder, TimeProvider clock, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try { Certificates.Renew(folder, clock); }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // A full disk today; there are days left.
                    await Terminal.Complain($"Certificates could not be renewed: {failure.GetType().Name}. Tried again tomorrow.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // we stop
        }
    }
}
