namespace FirstRing.Tests.Harness;

/// <summary>A fresh folder, mode 700, that goes when it is disposed of.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("firstring-test-").FullName;

    public string At(params ReadOnlySpan<string> below) => System.IO.Path.Combine([Path, .. below]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
