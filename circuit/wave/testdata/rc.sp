* RC decay, tau 1 us, and an operating point with a sweep
V1 in 0 0
R1 in out 1k
C1 out 0 1n ic=1
.options reltol=1e-6
.control
set filetype=binary
tran 20n 2u uic
linearize
write rc.raw v(out) i(v1)
set filetype=ascii
write rc-ascii.raw v(out) i(v1)
set filetype=binary
op
write op-dc.raw v(out)
dc v1 0 1 0.5
set appendwrite
write op-dc.raw v(out)
.endc
.end
