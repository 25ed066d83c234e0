// A rectangle of sky, or a star: vertex 4 s + k is corner k of record s.
//
// Record (one texel of `data`): x and y of its upper left pixel in the atlas (16 bits each), its
// width and height (16 bits each), the row of `skies`, and its own brightness, 0 to 255.

uniform usampler2D data;
uniform sampler2D skies;        // a row of sky.py for each view, four numbers a texel
uniform vec2 atlas;             // width and height in pixels
uniform int first;              // texel of the first record
uniform vec3 lens;              // focal length, half the width and height of a tile in pixels

flat out vec4 sky[10];
flat out float bright;
out vec2 ray;                   // right and down per metre forward

void main() {
    int index = first + (gl_VertexID >> 2), k = gl_VertexID & 3;
    uvec4 record = texelFetch(data, ivec2(index & 2047, index >> 11), 0);
    vec2 corner = vec2((k == 1 || k == 2) ? 1.0 : 0.0, float(k >> 1));
    vec2 least = vec2(record.x & 65535u, record.x >> 16);
    vec2 extent = vec2(record.y & 65535u, record.y >> 16);
    gl_Position = vec4((least + corner * extent) / atlas * 2.0 - 1.0, 1.0, 1.0);
    ray = (corner * 2.0 - 1.0) * lens.yz / lens.x;
    bright = float(record.w) * (1.0 / 255.0);
    for (int n = 0; n < 10; n++)
        sky[n] = texelFetch(skies, ivec2(n, int(record.z)), 0);
}
