#!/usr/bin/ruby
# What every language answers in the tests, in Ruby with the fcgi gem.
require 'fcgi'
require 'zlib'

TEXT = "Content-Type: text/plain; charset=utf-8\r\n"

def lines(env)
  names = { 'method' => 'REQUEST_METHOD', 'path' => 'PATH_INFO', 'query' => 'QUERY_STRING',
            'cookie' => 'HTTP_COOKIE', 'test' => 'HTTP_X_TEST' }
  names.map { |name, key| "#{name}=#{env[key]}\n" }.join
end

def answer(request)
  env = request.env
  out = request.out
  case env['PATH_INFO']
  when '/count'
    body = request.in.read || ''
    out.print TEXT, "\r\n", format('%d octets, crc %08x', body.bytesize, Zlib.crc32(body))
  when '/copy'
    out.print "Content-Type: application/octet-stream\r\n\r\n", request.in.read
  when '/unread'
    out.print TEXT, "\r\nunread"
  when '/redirect'
    out.print "Status: 302 Found\r\nLocation: #{env['SCRIPT_NAME']}/lines?from=redirect\r\n\r\n"
  when '/failure'
    raise 'the application has failed'
  when '/log'
    request.err.print "a line for the log\n"
    out.print TEXT, "\r\nlogged"
  when '/stream'
    out.print TEXT, "\r\nfirst,"
    out.flush
    sleep 0.002 until File.exist? env['QUERY_STRING']
    out.print 'second'
  else
    out.print "X-Answer: 42\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n", TEXT, "\r\n", lines(env)
  end
end

FCGI.each do |request|
  begin
    answer(request)
  rescue StandardError => error
    request.err.print "#{error.message}\n"
    request.out.print "Status: 500 Internal Server Error\r\n", TEXT, "\r\nfailed"
  end
  request.finish
end
