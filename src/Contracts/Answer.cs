namespace FirstRing.Contracts;

/// <summary>A refusal is a value with a stable code, never an exception. <paramref name="Status"/> is the HTTP status a public door shows.</summary>
public sealed record Refusal(string Code, string Title, int Status);

/// <summary>What a contract call answers: a value, or why not. A thrown exception means the service or the way to it is broken.</summary>
public sealed record Answer<T>(T? Value, Refusal? Refused = null)
{
    public static implicit operator Answer<T>(T value) => new(value);
    public static implicit operator Answer<T>(Refusal refused) => new(default, refused);
}

/// <summary>The answer of a verb that has nothing to say but done.</summary>
public sealed record Done
{
    public static readonly Done Yes = new();
}
