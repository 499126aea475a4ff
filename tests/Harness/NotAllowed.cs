using System.Net;

namespace FirstRing.Tests.Harness;

/// <summary>A contract call that was refused before its handler was asked.</summary>
public static class NotAllowed
{
    /// <summary>False where it was answered.</summary>
    public static async Task<bool> Is(Func<Task> call)
    {
        try
        {
            await call();
            return false;
        }
        catch (Refit.ApiException refused) when (refused.StatusCode == HttpStatusCode.Forbidden)
        {
            return true;
        }
    }
}
