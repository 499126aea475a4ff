namespace FirstRing.Contracts.Audit;

/// <summary>Why something was accessed, where that is not the visit itself: a code of HL7's PurposeOfUse, and what it rests on.</summary>
public static class PurposeOfUse
{
    /// <summary>Break the glass, under one grant.</summary>
    public static string BreakGlass(EmergencyId emergency) => $"BTG/{emergency}";
}
