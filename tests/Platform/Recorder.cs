using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Platform;

/// <summary>Keeps each line of warning and above.</summary>
internal sealed class Recorder(ConcurrentBag<string> lines) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Add($"{formatter(state, exception)} {exception}");
    public void Dispose() { }
}
