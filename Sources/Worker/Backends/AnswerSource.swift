/// Who answers an exchange, as far as the client's side has something to tell: an application's connection, or a
/// handler's task.
protocol AnswerSource: AnyObject {
    /// A client that was behind has taken everything.
    func clientHasRoom()
    /// A part of the body has come, or its end.
    func bodyHasCome()
    /// The client has left.
    func clientLeft()
    /// The client sends no more. It may still be waiting for its answer.
    func clientHasEnded()
}
