// A corner of a block's face.  No attributes: vertex 4 f + k is corner k of record f.
//
// Record (one texel of `data`): the three words of mesh.py, and a fourth with
//     bits 0-2 face of the cube, 3-8 and 9-14 section along a and b, 15-17 section's level,
//     18-21 how far the block is mined, 0 to 10.

uniform usampler2D data;        // records, 2048 in a row
uniform sampler2D corners;      // (b, face * (size + 1) + a): unit vectors through lattice corners
uniform int size;               // columns along the edge of a face
uniform uint lattice[6];        // by direction, bits along a, b, layer: base, u low, u high, v low, v high
uniform float face_shade[6];    // by direction

invariant gl_Position;          // so that water lies at the depth that was drawn for it before

vec3 corner_at(uvec4 record, ivec3 cell, ivec2 extent, uint code, int u, int v) {
    uint along_u = code >> (3 + 3 * u), along_v = code >> (9 + 3 * v);
    ivec3 at = cell
        + ivec3(code & 1u, (code >> 1) & 1u, (code >> 2) & 1u)
        + extent.x * ivec3(along_u & 1u, (along_u >> 1) & 1u, (along_u >> 2) & 1u)
        + extent.y * ivec3(along_v & 1u, (along_v >> 1) & 1u, (along_v >> 2) & 1u);
    int row = int(record.w & 7u) * (size + 1) + at.x;
    return texelFetch(corners, ivec2(at.y, row), 0).xyz * (eye.w + float(at.z)) - eye.xyz;
}

void main() {
    int index = int(base.x) + (gl_VertexID >> 2);
    uvec4 record = texelFetch(data, ivec2(index & 2047, index >> 11), 0);
    ivec3 section = ivec3((record.w >> 3) & 63u, (record.w >> 9) & 63u, (record.w >> 15) & 7u);
    ivec3 cell = section * 8 + ivec3(record.x & 7u, (record.x >> 3) & 7u, (record.x >> 6) & 7u);
    ivec2 extent = ivec2(1 << int((record.x >> 12) & 3u), 1 << int((record.x >> 14) & 3u));
    int direction = int((record.x >> 9) & 7u);
    uint code = lattice[direction];
    int k = gl_VertexID & 3;
    int u = (k == 1 || k == 2) ? 1 : 0, v = k >> 1;
    vec3 own = corner_at(record, cell, extent, code, u, v);
    gl_Position = on_screen(own, false);
#ifndef DEPTH
    vec3 tint = vec3(face_shade[direction]);
    uint pattern = (record.x >> 24) | (((record.w >> 18) & 15u) << 8);
    uvec4 marks = uvec4(record.y, record.z, pattern, (record.x >> 16) & 255u);
#ifdef PLAIN
    bake(own, tint, marks);
#else
    vec3 c0 = corner_at(record, cell, extent, code, 0, 0);
    vec3 c1 = corner_at(record, cell, extent, code, 1, 0);
    vec3 c3 = corner_at(record, cell, extent, code, 0, 1);
    bake(own, c0, c1, c3, vec2(extent), tint, marks);
#endif
#endif
}
