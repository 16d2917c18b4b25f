#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The rooms of module/ and userspace/, read from their includes: a room uses only
# rooms below it, no file is used by what it uses, and whoever is outside of a room
# of the module includes its public header.
use strict;
use warnings;
use File::Basename qw(dirname);
use Test::More;

chdir dirname(__FILE__) . '/../..' or die "$0: $!\n";

# From top to bottom. Rooms of one line do not use each other, but for what
# `sideways` has. A file at the top of a tree is a room by itself.
my %floors = (
	module => [
		['main'],
		['debugfs'],
		['control'],
		['parts'],
		['hook', 'tracepoints'],
		['umount'],
		['exit'],
		['list'],
		['fs'],
		['core', 'compat'],
	],
	userspace => [
		['dfput', 'manual', 'schema'],
		['cmd'],
		['why'],
		['analysis'],
		['debugfs'],
		['proc'],
		['page'],
		['lib'],
	],
);

my %sideways = map { $_ => 1 } ('module: core > compat');

# A header that is not here is none that outsiders include. Whatever core has is
# for everybody; so is every header of userspace/.
my %public = (
	compat => ['compat.h'],
	debugfs => ['debugfs.h'],
	exit => ['exit.h'],
	fs => ['fs.h'],
	hook => ['hook.h'],
	list => ['list.h', 'events.h'],
	umount => ['umount.h'],
);

# Made by the build.
my %generated = map { $_ => 1 } ('module/compat/features.h');

sub room {
	my $path = shift;
	return $path =~ m{^(\w+)/} ? $1 : $path =~ s{\.[ch]$}{}r;
}

sub unit {
	return shift =~ s{\.[ch]$}{}r;
}

sub includes {
	my ($tree, $file) = @_;
	open my $source, '<', "$tree/$file" or die "$tree/$file: $!\n";
	return map { /^\s*#\s*include\s+"([^"]+)"/ ? $1 : () } <$source>;
}

# The units that use each other, a circle a line.
sub circles {
	my %uses = @_;
	my (%reach, @circles, %told);
	for my $from (keys %uses) {
		my @next = keys %{$uses{$from}};
		while (defined(my $unit = pop @next)) {
			push @next, keys %{$uses{$unit} // {}} unless $reach{$from}{$unit}++;
		}
	}
	for my $unit (sort keys %reach) {
		next if !$reach{$unit}{$unit} || $told{$unit};
		my @circle = grep { $reach{$unit}{$_} && $reach{$_}{$unit} } sort keys %reach;
		@told{@circle} = (1) x @circle;
		push @circles, "@circle";
	}
	return @circles;
}

sub look_at {
	my $tree = shift;
	my %file = map { s{^$tree/}{}r => 1 } grep { -e }
		split /\n/, qx(git ls-files -co --exclude-standard -- '$tree/*.[ch]');
	my (%floor, %uses, %faults, %unknown);
	my $arrows = 0;
	for my $nr (0 .. $#{$floors{$tree}}) {
		$floor{$_} = $nr for @{$floors{$tree}[$nr]};
	}
	for my $from (sort keys %file) {
		$unknown{"no room is called " . room($from) . ": $from"}++ unless defined $floor{room($from)};
		for my $to (includes($tree, $from)) {
			next if $generated{"$tree/$to"};
			$unknown{"$from includes $to, which is not there"}++ unless $file{$to};
			next unless defined $floor{room($from)} && defined $floor{room($to)};
			$arrows++;
			my ($ours, $theirs) = (room($from), room($to));
			my @public = map { "$theirs/$_" } $tree eq 'module' ? @{$public{$theirs} // []} : ();
			my $is_public = grep { $_ eq $to } @public;
			# Inside its room, a public header is nobody's.
			$uses{unit($from)}{unit($to)} = 1
				unless unit($from) eq unit($to) || $ours eq $theirs && $is_public;
			next if $ours eq $theirs;
			push @{$faults{"$ours > $theirs"}}, "$from includes $to"
				if $floor{$ours} >= $floor{$theirs} && !$sideways{"$tree: $ours > $theirs"};
			push @{$faults{"into $theirs"}}, "$from includes $to, not $public[0]"
				if @public && !$is_public;
		}
	}
	$faults{circle} = [circles(%uses)] if circles(%uses);
	cmp_ok(scalar keys %file, '>', 20, "$tree: files were looked at");
	cmp_ok($arrows, '>', 20, "$tree: and their includes");
	is(join("\n", sort keys %unknown), '', "$tree: every file and include has a room");
	for my $fault (sort keys %faults) {
		fail("$tree: $fault");
		diag(join "\n", @{$faults{$fault}});
	}
	pass("$tree: nothing else points up, goes round or reaches inside");
}

look_at($_) for sort keys %floors;
done_testing;
