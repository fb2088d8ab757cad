#!/usr/bin/perl
# What every language answers in the tests, in Perl with FCGI.pm: the loop of its manual, with the standard handles
# tied to the request.
use strict;
use warnings;
use Compress::Zlib ();
use FCGI;

sub body {
    my $length = $ENV{CONTENT_LENGTH} || 0;
    my $body = '';
    while ($length > length $body) {
        my $count = read(STDIN, $body, $length - length $body, length $body);
        last unless $count;
    }
    return $body;
}

sub text { print "Content-Type: text/plain; charset=utf-8\r\n\r\n", @_ }

my %answers = (
    '/count' => sub {
        my $body = body();
        text(sprintf '%d octets, crc %08x', length $body, Compress::Zlib::crc32($body));
    },
    '/copy' => sub { print "Content-Type: application/octet-stream\r\n\r\n", body() },
    '/unread' => sub { text('unread') },
    '/redirect' => sub { print "Status: 302 Found\r\nLocation: $ENV{SCRIPT_NAME}/lines?from=redirect\r\n\r\n" },
    '/failure' => sub { die "the application has failed\n" },
    '/log' => sub { print STDERR "a line for the log\n"; text('logged') },
    '/stream' => sub {
        text('first,');
        $| = 1;
        print '';
        select undef, undef, undef, 0.002 until -e $ENV{QUERY_STRING};
        print 'second';
        $| = 0;
    },
);

sub lines {
    print "X-Answer: 42\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n";
    text(map { "$_->[0]=" . ($ENV{$_->[1]} // '') . "\n" }
        ['method', 'REQUEST_METHOD'], ['path', 'PATH_INFO'], ['query', 'QUERY_STRING'],
        ['cookie', 'HTTP_COOKIE'], ['test', 'HTTP_X_TEST']);
}

my $request = FCGI::Request();
while ($request->Accept() >= 0) {
    my $answer = $answers{$ENV{PATH_INFO}} || \&lines;
    unless (eval { $answer->(); 1 }) {
        print STDERR $@;
        print "Status: 500 Internal Server Error\r\n";
        text('failed');
    }
}
