// Written by scripts/look-alikes.ts from Unicode's confusables.txt (UTS #39); a change here is lost
// the next time. The data was modified: it is the part that looks like Latin letters. Its license:
//
// UNICODE LICENSE V3
//
// COPYRIGHT AND PERMISSION NOTICE
//
// Copyright © 1991-2025 Unicode, Inc.
//
// NOTICE TO USER: Carefully read the following legal agreement. BY
// DOWNLOADING, INSTALLING, COPYING OR OTHERWISE USING DATA FILES, AND/OR
// SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY, ALL OF THE
// TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT
// DOWNLOAD, INSTALL, COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
//
// Permission is hereby granted, free of charge, to any person obtaining a
// copy of data files and any associated documentation (the "Data Files") or
// software and any associated documentation (the "Software") to deal in the
// Data Files or Software without restriction, including without limitation
// the rights to use, copy, modify, merge, publish, distribute, and/or sell
// copies of the Data Files or Software, and to permit persons to whom the
// Data Files or Software are furnished to do so, provided that either (a)
// this copyright and permission notice appear with all copies of the Data
// Files or Software, or (b) this copyright and permission notice appear in
// associated Documentation.
//
// THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
// KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
// MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
// THIRD PARTY RIGHTS.
//
// IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE
// BE LIABLE FOR ANY CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES,
// OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
// WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION,
// ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA
// FILES OR SOFTWARE.
//
// Except as contained in this notice, the name of a copyright holder shall
// not be used in advertising or otherwise to promote the sale, use or other
// dealings in these Data Files or Software without prior written
// authorization of the copyright holder.

/** Each Latin letter, and after it those that look like it: their code points, to the base 36. */
export const LOOK_ALIKES: string = `
A: 1f34 20jk 3vu 4at pd sw wku
B: 1f2a 1f35 1f5t 3xw 4c7 8si pe sy wk0 x4k
C: 1f36 1f5u 1fdh 1fks 1jhl 1jhu 2q9a 2rf0 3xb 6g1 8tg s9 td wka x6
D: 3vk 4bi 4bu 5s 7k ax wk3
E: 1f2e 1jfq 1jfy 3vw 6wv 8so 8xl g6 ph t1 wkw
F: 1f2f 1f39 1fl1 1jfm 1jgi 2k2b 4ac b5 rg wkd x3s
G: 3wg 3xv dg wk6 zw
H: 1f4f 3wb 48s 5tk 86 8rr 8su pj t9 wkn wy xz y1
I: 7a3
J: 3vv 425 g8 ov so wk9 x4i
K: 1fko 3xi 4id 6gd 8rt 8t0 pm t6 wk7 wq wu x1c
L: 1fdn 1fl2 1jfn 1jg2 20ie 2k2y 3xa 42y 8uo 8x wkh
M: 1f3k 1f69 3w7 4c0 4ie 8t4 po sa t8 wkf y5
N: 1evi 1fkj 8t6 bh pp wkg
O: 11x 1f2q 1f3f 1fd0 1fia 1fkm 1j4 1jg5 1jhc 1kgw 274 2j1s 2jq 2k2i 2l72 2l7c 2l7m 2l7w 2l86 2rdg
2sc0 3ps 3we 3xn 60 6ty 6u5 6zw 8sw 8ta 8xd 8xt 8yc 9hj bj pk pr qg ta vm wkz x1m yw
P: 1f2t 3xe 419 8te 8um pt tc wk1
Q: 8yd
R: 1fhw 20j9 2k2e 3vl 3wy 493 bq wkj
S: 11r 1f2u 1fds 20je 3x1 3x6 sl wki
T: 1f2v 1f3l 1f6d 1jgc 20i2 2rfs 3vm 6ge 6uc 6zl 7vd 8ti 9y by fy pw te wk4 x8
U: 11p 1fim 1jg8 20jm 3k0 3ws 40c 6qy 6v7 g4 wl0
V: 19j 1dj 1evr 1fkt 1jfk 20i0 2k25 2rd4 3x5 3zj 8xk vo wkm wyn
W: 10c 1jhi 1jhr 3w3 3x0 6g9 wkq
X: 1evq 1f2o 1f3o 1f6f 1f6q 1fl3 1jho 4fh 4hj 7eb 8to 8yl pz th wkr x4j xe
Y: 1f3m 1jfo 20jn 3vt 3wd 4l 8tk ge px tf wks xa xc
Z: 1f5h 1jft 1jhh 3wj c5 f8 pi wkc
a: 5q8 61m 6e 706 70a gh q9 ts xve
b: 20fq 3wv 3y4 41e 41f 4a7 8sj ao aq ar as gj ih sx to tu v6 v7 wc wd xwf
c: 1fel 35w 38a 4i 5qc 8th fw s2 u9 x7 xwv
d: 3xj 41b 5qd 6gb 7l b0 gm gn wk2 xv4 xx3 zl
e: 5qf 6jy 8sp g7 tx xp xr xte xvg
f: 138 5ta 61p an b6 x0w x3t xth
g: 135 3y3 5tv b1 dh gw gx gy xw0 zx
h: 12o 3wi 3xu 3y2 87 8sv h2 ik u5 uz wwl wz xn xvv xw2 y0 y2
i: 136 1jgj 3vp 5tn 5to 703 708 8h 8sz h4 h5 h6 kb oq qh uu wuf xv9
j: 5qi g9 s3 uw xvf
k: 5qj 8o 8t1 bd qi u2 wr wv xx2
l: 14w 15h 15r 17r 19d 19v 1dd 1eeh 1ejs 1f2i 1f61 1f6o 1fer 1je 1kgq 1kgx 20fe 20iw 2j1a 2j1t 2kg8
2kho 2kj4 2km0 2kow 2kqc 2krs 2kt8 2kuo 2kw4 2kxk 2l73 2l7d 2l7n 2l7x 2l87 2ojr 2sc1 4ht 6j4 6j5
6lc 6qr 73x 8sy 8up 8y 8y7 ba bb be cg h7 h9 in pl sm wky xs xwu y7
m: 5ql 8t5 i5 u4 xvr
n: 12q 12w 130 1ff1 5qm 5tc 8t7 97 bi hf hg on qf u0 u7
o: 139 15t 18n 19h 1by 1c1 1cl 1dh 1dr 1fe4 1fje 1iog 1jgo 1jh3 1uu 1ye 21y 25i 292 2cm 2de 2g6 2gy
2ki 2lc 2na 2o2 2ts 2xc 368 36l 37k 3br 3cv 4ps 5qn 5qp 6eo 6w 8sx 8tb 9f hh qn qr rx u6 vn x1n xtp
xtq xv8 xvy xx7 yx
p: 5qw 5rd 5tp 704 72 8tf 8un bp cf qp s8 u8 xwy
q: 10b 12b 12e io
r: 5ra 5te 8sl gd ho hp hs tv wj xtz xu0 xv5 xvl xwi
s: 1few 1jgh 2lb 5tg 67 cd hu ut x0x xwl xwq
t: 5qz 5th 8tj 9z bx qs ua x9 xv6
u: 131 1fjq 1jh4 5r0 5tq i3 qt v3 x3z xu6 xua xwc
v: 15k 1j46 1jgg 5r4 6qw 6v5 ql vp xwp
w: 10d 129 1io5 1j4a 1j4e 1j4f 5r5 8u5 hb ug v5 vx x29 xvn xwk
x: 475 48t 4fi 5z 84r 84s 8bz 8c0 8tp ud
y: 1jh8 3c7 5u4 64f 8tl c4 gf gz i7 qb ub xb xd xui xvd xvx
z: 1jgk 5r6 5ti c6 f9 i8 xw3
`
