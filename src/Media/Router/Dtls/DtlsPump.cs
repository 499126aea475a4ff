using System.Collections.Concurrent;

namespace FirstRing.Media.Router.Dtls;

/// <summary>One thread that gives established associations their short turns, so that none needs a thread of its own.</summary>
internal sealed class DtlsPump : IDisposable
{
    private readonly BlockingCollection<Action> turns = [];
    private readonly Thread thread;

    public DtlsPump()
    {
        thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "dtls-pump" };
        thread.Start();
    }

    public void Post(Action turn)
    {
        try
        {
            turns.Add(turn);
        }
        catch (InvalidOperationException)
        {
            // Stopping: nobody is left to talk to.
        }
    }

    public void Dispose()
    {
        turns.CompleteAdding();
        thread.Join(TimeSpan.FromSeconds(2));
    }

    private void Run()
    {
        foreach (var turn in turns.GetConsumingEnumerable())
        {
            try
            {
                turn();
            }
            catch (Exception)
            {
                // A turn handles its own failure; the pump outlives what it didn't foresee.
            }
        }
    }
}
