# SPDX-License-Identifier: GPL-2.0-only
#
# Reads figures, for those that compare or show them. A file has one line for each:
#
#   HOST KERNEL CONFIGURATION FIGURE VALUE SHARE MEDIAN LEAST ROUNDS
#
# with tabs between, and # before what is said aside.
package figures;
use strict;
use warnings;

# What one operation of a loop takes that does several of them.
my %per = (exit_100 => 100, exit_1000 => 1000, leftovers_100 => 100);

# read_file(PATH): {host}{configuration}{figure} = its columns, and {host}{kernel}
sub read_file {
	my ($path) = @_;
	my %figures;
	open my $file, '<', $path or die "$path: $!\n";
	while (<$file>) {
		next if /^#/;
		chomp;
		my ($host, $kernel, $config, $figure, @value) = split /\t/;
		$figures{$host}{kernel} = $kernel;
		$figures{$host}{$config}{$figure} = {
			value => $value[0], share => $value[1], median => $value[2],
			least => $value[3], rounds => $value[4],
		};
	}
	return \%figures;
}

# A loop that hardly ever takes the same twice is known by its least: the round that
# nothing interrupted.
sub of {
	my ($host, $config, $name) = @_;
	my $figure = $host->{$config}{$name} or return undef;
	return $figure->{value} if !$figure->{rounds} || $figure->{share} >= 300;
	return $figure->{least};
}

# per(FIGURE): how many operations it is of
sub per {
	return $per{$_[0]} // 1;
}

# added(HOST, CONFIGURATION, FIGURE): beyond what it takes with nothing loaded. After a /
# stands how many files are watched.
sub added {
	my ($host, $config, $name) = @_;
	my ($alone) = $name =~ /^(\w+)/;
	my ($with, $without) = (of($host, $config, $name), of($host, 'none', $alone));
	return undef unless defined $with && defined $without;
	return ($with - $without) / per($alone);
}

# What is added to a deferral, from its queueing to its release.
sub deferral {
	my ($host, $config) = @_;
	my ($queue, $drain) = map { added($host, $config, $_) } qw(queue drain);
	return defined $queue && defined $drain ? $queue + $drain : undef;
}

1;
