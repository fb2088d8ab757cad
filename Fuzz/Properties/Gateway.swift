// What only the gateway itself knows: it is not public, and tests see it in debug builds alone.

#if DEBUG

    extension FuzzTarget {
        static let gateway: [FuzzTarget] = [
            FuzzTarget("environ", EnvironPromises.check),
            FuzzTarget("route-path", RoutePathPromises.check),
            FuzzTarget("redirect", RedirectPromises.check),
            FuzzTarget("rewrite", RewritePromises.check),
            FuzzTarget("site-path", SitePathPromises.check),
            FuzzTarget("script-params", ScriptParamPromises.check),
            FuzzTarget("log-lines", LogLinePromises.check),
            FuzzTarget("forwarded", ForwardedPromises.check),
            FuzzTarget("trace-parent", TracePromises.check),
            FuzzTarget("access-log", AccessLogPromises.check),
            FuzzTarget("log-format", LogFormatPromises.check),
            FuzzTarget("media-types", MediaTypePromises.check),
        ]
    }
#endif
