using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Http;

/// <summary>Under which names the public door is ours.</summary>
public static class DoorName
{
    /// <summary>The door listens on this machine alone. Under another name it would say that name back, and take assertions that are meant for it.</summary>
    public static bool IsOurs(HostString host) => host.Host is "localhost" or "127.0.0.1" or "[::1]";
}
