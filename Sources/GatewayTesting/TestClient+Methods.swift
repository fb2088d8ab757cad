// Requests by the name of their method.

import GatewayInterface

extension TestClient {
    /// GET; see ``request(method:path:fields:body:environ:)``.
    public func get(
        _ path: String, fields: HTTPFields = [:], environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .get, path: path, fields: fields, environ: environ)
    }

    /// HEAD; see ``request(method:path:fields:body:environ:)``.
    public func head(
        _ path: String, fields: HTTPFields = [:], environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .head, path: path, fields: fields, environ: environ)
    }

    /// POST; see ``request(method:path:fields:body:environ:)``.
    ///
    ///     try await client.post("/notes", body: .text("Buy milk"))
    public func post(
        _ path: String, fields: HTTPFields = [:], body: TestBody = .none, environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .post, path: path, fields: fields, body: body, environ: environ)
    }

    /// POST of a form.
    ///
    ///     try await client.post("/login", form: ["user": "ada", "password": "…"])
    public func post(
        _ path: String, fields: HTTPFields = [:], form: KeyValuePairs<String, String>,
        environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .post, path: path, fields: fields, body: .form(form), environ: environ)
    }

    /// PUT; see ``request(method:path:fields:body:environ:)``.
    public func put(
        _ path: String, fields: HTTPFields = [:], body: TestBody = .none, environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .put, path: path, fields: fields, body: body, environ: environ)
    }

    /// PATCH; see ``request(method:path:fields:body:environ:)``.
    public func patch(
        _ path: String, fields: HTTPFields = [:], body: TestBody = .none, environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .patch, path: path, fields: fields, body: body, environ: environ)
    }

    /// DELETE; see ``request(method:path:fields:body:environ:)``.
    public func delete(
        _ path: String, fields: HTTPFields = [:], body: TestBody = .none, environ: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request(method: .delete, path: path, fields: fields, body: body, environ: environ)
    }
}
