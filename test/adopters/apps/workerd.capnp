using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main",
      worker = (
        modules = [(name = "worker", esModule = embed "bundle.mjs")],
        compatibilityDate = "2026-01-01",
        compatibilityFlags = ["nodejs_compat"],
        bindings = [
          (name = "ISSUER", fromEnvironment = "ISSUER"),
          (name = "CLIENT_ID", fromEnvironment = "CLIENT_ID"),
          (name = "CLIENT_SECRET", fromEnvironment = "CLIENT_SECRET"),
          (name = "RESOURCE", fromEnvironment = "RESOURCE"),
          (name = "TASKS_URL", fromEnvironment = "TASKS_URL"),
        ],
        globalOutbound = "everywhere",
      ) ),
    ( name = "everywhere", network = (allow = ["local", "private", "public"]) ),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
