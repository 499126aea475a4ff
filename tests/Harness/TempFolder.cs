namespace FirstRing.Tests.Harness;

/// <summary>A fresh folder, mode 700, that goes when it is disposed of.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("firstring-test-").FullName;

    public string At(params ReadOnlySpan<string> below) => System.IO.Path.Combine([Path, .. below]);

    // A reader that closes at this moment may make or take a file of its own while the folder is being emptied.
    public void Dispose()
    {
        for (var left = 50; ; left--)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException) when (left > 0) { if (!Directory.Exists(Path)) return; }
            catch (IOException) when (left > 0) { Thread.Sleep(20); }
        }
    }
}
