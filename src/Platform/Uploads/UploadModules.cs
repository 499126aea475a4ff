using FirstRing.Platform.Egress;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Uploads;

/// <summary>How a module gets its <see cref="Uploads"/>.</summary>
public static class UploadModules
{
    /// <summary>A request with a file may be as large as one, and a little more: the refusal of a larger one is ours, not the server's.</summary>
    public const long LargestBody = Uploads.Largest + (64 << 10);

    /// <summary>
    /// Registers the module's uploads, in its own folder. Its setting <c>Scanner</c> is the address of a clamd on this machine; without one what was encoded anew is
    /// what is trusted. <paramref name="released"/>: what becomes of a file when others may see it.
    /// </summary>
    /// <exception cref="ArgumentException">The setting is no address on this machine.</exception>
    public static void AddUploads(this ModuleContext context, FileReleased released)
    {
        var scanner = context.Settings["Scanner"] is { Length: > 0 } address ? new Clamd(LocalWire.Parse(address)) : null;
        var blobs = new BlobFolder(Path.Combine(context.DataFolder, "files"), context.Name);
        context.Services.AddKeyedSingleton(context.Name, (services, _) => new Uploads(services.Store(context.Name), blobs, scanner is not null));
        context.Services.AddKeyedSingleton(context.Name, (services, _) =>
            new FileChecks(services.Store(context.Name), services.UploadsOf(context.Name), scanner, released, services.GetRequiredService<ILogger<FileChecks>>()));
        context.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<FileChecks>(context.Name)); // one for each module, which AddHostedService would not
    }

    /// <summary>The uploads of the module named <paramref name="module"/>.</summary>
    public static Uploads UploadsOf(this IServiceProvider services, string module) => services.GetRequiredKeyedService<Uploads>(module);

    /// <summary>The route takes a file in its body.</summary>
    public static T TakesFile<T>(this T route) where T : IEndpointConventionBuilder => route.WithMetadata(new FileSized());

    sealed record FileSized : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => LargestBody;
    }
}
