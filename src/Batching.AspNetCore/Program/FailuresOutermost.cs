namespace Server.Requests;

/// <summary>Has what the host itself refuses answered as all else is.</summary>
internal sealed class FailuresOutermost(ILogger<FailuresOutermost> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use((context, following) => Failures.AnswerAsync(context, following, logger));
        next(application);
    };
}
