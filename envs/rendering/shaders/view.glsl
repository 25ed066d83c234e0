// What all shaders of one view share; put in front of each by opengl.py.
//
// Spaces: "planet" axes have the core as origin; "relative" is planet axes with the eye as origin;
// "view" axes are right, down, forward of the eye.  Metres.  The picture's row 0 is its top, and
// is drawn at the bottom of the framebuffer, so that it comes first when it is read back.

layout(std140) uniform View {
    vec4 right;     // view axes in planet axes; w: 2 * focal / width
    vec4 down;      // w: 2 * focal / height
    vec4 forward;   // w: focal length in pixels
    vec4 eye;       // planet; w: radius of the underside of layer 0
    vec4 sun;       // planet, unit, towards the sun; w: share of it that the clouds let through
    vec4 fog;       // start (metres), scale (1 / metres); zw: middle of the tile in the atlas
    vec4 fog_colour;// 0 to 255; w: view distance
    uvec4 base;     // first texel of the view's faces, of its quads
};

const float NEAR = 0.05;

// Relative coordinates to clip space.
vec4 on_screen(vec3 p) {
    float z = dot(p, forward.xyz);
    float far = 2.0 * fog_colour.w + 64.0;
    float scale = 1.0 / (far - NEAR);
    return vec4(
        dot(p, right.xyz) * right.w,
        dot(p, down.xyz) * down.w,
        (far + NEAR) * scale * z - 2.0 * far * NEAR * scale,
        z
    );
}
