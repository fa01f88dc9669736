using Batching;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddSequenceClassifier(options => options.Load = (_, settings) => Sst2.Load(settings));
builder.Services.AddClassifierServer(builder.Configuration.GetSection("Server"));

WebApplication app = builder.Build();

// The contracts that clients know, and the page, below an address of their own; without the group at the root.
app.MapGroup("/sentiment").MapClassifiers();

// The classifier is an ordinary service beside them.
app.MapGet("/hello/{text}", async (string text, ISequenceClassifier classifier, CancellationToken cancellationToken) =>
    (await classifier.ClassifyAsync(text, cancellationToken)).Label);

await app.RunAsync();
