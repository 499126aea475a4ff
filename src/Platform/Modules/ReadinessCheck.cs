namespace FirstRing.Platform.Modules;

/// <summary>What must hold before a module says ready; registered by the module, asked at start and at <c>/readyz</c>.</summary>
public sealed record ReadinessCheck(string Module, Func<CancellationToken, Task<bool>> Check);
