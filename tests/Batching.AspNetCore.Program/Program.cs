using Batching;

// The server as a program, for tests and benchmarks that need a process of its own.
return await ClassifierServer.RunAsync(args, new ClassifierServerProgram
{
    LoadDefaultModel = options => Sst2.Load(options),
    DefaultModelId = "distilbert-l6-h384-uncased-sst2",
    DefaultModelDtype = "int8",
});
