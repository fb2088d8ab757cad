# What every language answers in the tests, as a PSGI application.
use strict;
use warnings;
use Compress::Zlib ();

my @text = ('Content-Type' => 'text/plain; charset=utf-8');

sub body {
    my ($env) = @_;
    my $body = '';
    while ($env->{'psgi.input'}->read(my $part, 65_536)) { $body .= $part }
    return $body;
}

sub stream {
    my ($respond, $gate) = @_;
    # The FCGI handler sends a part at once only where all output is sent so.
    local $| = 1;
    my $writer = $respond->([200, [@text]]);
    $writer->write('first,');
    select undef, undef, undef, 0.002 until -e $gate;
    $writer->write('second');
    $writer->close;
}

my %answers = (
    '/count' => sub {
        my $body = body($_[0]);
        [200, [@text], [sprintf '%d octets, crc %08x', length $body, Compress::Zlib::crc32($body)]];
    },
    '/copy' => sub { [200, ['Content-Type' => 'application/octet-stream'], [body($_[0])]] },
    '/unread' => sub { [200, [@text], ['unread']] },
    '/redirect' => sub { [302, ['Location' => $_[0]{SCRIPT_NAME} . '/lines?from=redirect'], []] },
    '/failure' => sub { die "the application has failed\n" },
    '/log' => sub { $_[0]{'psgi.errors'}->print("a line for the log\n"); [200, [@text], ['logged']] },
    '/stream' => sub { my $gate = $_[0]{QUERY_STRING}; sub { stream($_[0], $gate) } },
);

sub lines {
    my ($env) = @_;
    my @lines = map { "$_->[0]=" . ($env->{$_->[1]} // '') . "\n" }
        ['method', 'REQUEST_METHOD'], ['path', 'PATH_INFO'], ['query', 'QUERY_STRING'],
        ['cookie', 'HTTP_COOKIE'], ['test', 'HTTP_X_TEST'];
    return [200, [@text, 'X-Answer' => 42, 'Set-Cookie' => 'a=1', 'Set-Cookie' => 'b=2'], \@lines];
}

sub {
    my ($env) = @_;
    return ($answers{$env->{PATH_INFO}} || \&lines)->($env);
};
